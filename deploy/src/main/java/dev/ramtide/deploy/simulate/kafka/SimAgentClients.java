package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.publish.AgentClients;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** An agent's way to the simulated cluster. */
public record SimAgentClients(SimCluster cluster, SimProcess process) implements AgentClients {
  @Override
  public TopicIds provideTopics() {
    process.act();
    return cluster.provideTopics();
  }

  @Override
  public long[] pagesEndRecordOffsets() {
    process.act();
    long[] ends = new long[cluster.pagesPartitions()];
    for (int partition = 0; partition < ends.length; partition++) {
      ends[partition] = cluster.pages(partition).endRecordOffset();
    }
    return ends;
  }

  @Override
  public Producer<byte[], byte[]> pagesProducer() {
    return new SimProducer(cluster, process);
  }

  @Override
  public Producer<byte[], byte[]> checkpointsProducer() {
    return new SimProducer(cluster, process);
  }

  @Override
  public Consumer<byte[], byte[]> checkpointsConsumer() {
    return new SimConsumer<>(cluster, process, Function.identity(), null);
  }
}
