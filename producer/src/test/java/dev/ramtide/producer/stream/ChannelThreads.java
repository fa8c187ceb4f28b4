package dev.ramtide.producer.stream;

import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which thread brought which page, so that a test can wait until those stand. */
class ChannelThreads implements GuestStateHandler {
  private final Map<Long, Thread> threads = new ConcurrentHashMap<>();

  @Override
  public Coverage machine(MachineDescription machine) {
    return machine.coverage();
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    threads.putIfAbsent(pageIndex, Thread.currentThread());
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {}

  @Override
  public void deviceState(ByteBuffer bytes) {}

  void awaitPages(long... pages) {
    for (long page : pages) {
      while (!threads.containsKey(page)) {
        pause();
      }
    }
  }

  /** Returns when each of the pages has come and its thread waits for another one. */
  void awaitStanding(long... pages) {
    awaitPages(pages);
    for (long page : pages) {
      while (!stands(threads.get(page))) {
        pause();
      }
    }
  }

  static boolean stands(Thread thread) {
    return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.BLOCKED;
  }

  /** Between two looks. */
  static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Collection<Thread> threads() {
    return threads.values();
  }
}
