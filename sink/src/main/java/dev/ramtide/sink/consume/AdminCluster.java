package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;

/** A cluster that answers by Kafka's admin client. */
record AdminCluster(Admin admin) implements SinkClients.Cluster {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  @Override
  public Set<String> topicNames() throws IOException, InterruptedException {
    return ClusterCalls.topicNames(admin);
  }

  @Override
  public TopicIds topicIds(VmTopics topics) throws IOException, InterruptedException {
    return ClusterCalls.topicIds(admin, topics);
  }

  @Override
  public void close() {
    admin.close(CLOSE_PATIENCE);
  }
}
