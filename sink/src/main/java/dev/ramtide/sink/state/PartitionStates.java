package dev.ramtide.sink.state;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The states of all partitions of an image, open together. */
public final class PartitionStates implements Closeable {
  private final List<PartitionState> states = new ArrayList<>();

  /** Opens all; to write them, hold the partitions' gates. */
  public static PartitionStates open(OpenImage image) throws IOException {
    PartitionStates opened = new PartitionStates();
    try {
      for (int partition = 0; partition < image.striping().partitionCount(); partition++) {
        opened.states.add(image.openState(partition));
      }
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  public PartitionState get(int partition) {
    return states.get(partition);
  }

  public int count() {
    return states.size();
  }

  @Override
  public void close() throws IOException {
    for (PartitionState state : states) {
      state.close();
    }
  }
}
