package dev.ramtide.sink.consume;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** A consumer's side of one partition over a {@link ScriptedLog}. */
final class ScriptedFeed implements PartitionFeed {
  final ScriptedLog log;
  final int partition;
  long position;
  boolean paused = true;
  long committed = -1;
  int beginningFailures;
  int polls;

  ScriptedFeed(ScriptedLog log, int partition) {
    this.log = log;
    this.partition = partition;
  }

  /** What the next poll would deliver. */
  List<PageRecord> poll(int count) {
    if (!paused && position < log.beginning(partition)) {
      throw new OffsetOutOfRangeException(Map.of(new TopicPartition("pages", partition), position));
    }
    polls += paused ? 0 : 1;
    List<PageRecord> records = paused ? List.of() : log.read(partition, position, count);
    position += records.size();
    return records;
  }

  @Override
  public long beginning() {
    if (beginningFailures-- > 0) {
      throw new TimeoutException("the broker is away");
    }
    return log.beginning(partition);
  }

  @Override
  public void seek(long recordOffset) {
    position = recordOffset;
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
  }

  @Override
  public void commit(long recordOffset) {
    committed = recordOffset;
  }

  @Override
  public TopicPartition partition() {
    return new TopicPartition("ramtide.web-1.pages", partition);
  }
}
