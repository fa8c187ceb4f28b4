package dev.ramtide.deploy.simulate.kafka;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/** What a member was told of its partitions, of which it reads none. */
final class Owned implements ConsumerRebalanceListener {
  private final Consumer<byte[], ByteBuffer> consumer;
  final Set<TopicPartition> partitions = new HashSet<>();
  int lost;

  Owned(Consumer<byte[], ByteBuffer> consumer) {
    this.consumer = consumer;
    consumer.subscribe(Pattern.compile("ramtide\\..*"), this);
  }

  Consumer<byte[], ByteBuffer> consumer() {
    return consumer;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
    consumer.pause(assigned);
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
