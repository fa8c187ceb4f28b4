package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The clients of a cluster with one VM, whose checkpoints topic one scripted consumer reads.
 *
 * @param codecs how its values are read
 */
record OneVm(Consumer<byte[], ByteBuffer> kafka, Codecs codecs, ReaderKeys keys)
    implements ScriptedClients {
  static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("v"));
  static final TopicPartition CHECKPOINTS = new TopicPartition(TOPICS.checkpoints(), 0);

  interface Codecs {
    EventCodec of(VmTopics topics) throws IOException;
  }

  @Override
  public Consumer<byte[], ByteBuffer> reader(String purpose) {
    return kafka;
  }

  @Override
  public EventCodec codec(VmTopics topics) throws IOException {
    return codecs.of(topics);
  }

  @Override
  public Map<String, UUID> topics() {
    TopicIds ids = SmallGuest.TOPICS;
    return Map.of(TOPICS.pages(), ids.pages(), TOPICS.checkpoints(), ids.checkpoints());
  }

  @Override
  public TopicIds topicIds(VmTopics topics) {
    return SmallGuest.TOPICS;
  }
}
