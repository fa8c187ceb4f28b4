package dev.ramtide.deploy.simulate.kafka;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/** What a member was told of its partitions. */
final class Owned implements ConsumerRebalanceListener {
  final Set<TopicPartition> partitions = new HashSet<>();
  int lost;

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
    partitions.addAll(assigned);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
    partitions.removeAll(revoked);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> gone) {
    lost += gone.size();
    partitions.removeAll(gone);
  }
}
