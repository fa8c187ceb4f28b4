package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reading that fails or is given up while its threads wait for each other. */
@Timeout(60)
class MultifdEndingTest {
  private static final RamBlock RAM = new RamBlock("m", 10 * PAGE_BYTES);
  private static final long HELD_UP = 2;

  /** A log that takes no more once the page of the last channel is on its way. */
  private static final class StuckGuest extends ChannelThreads {
    private final CountDownLatch stuck = new CountDownLatch(1);

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
      super.page(block, pageIndex, buffer, at);
      if (pageIndex == HELD_UP) {
        stuck.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IOException("given up", e);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsAllThreadsWhileOneIsHeldUpInTheHandlerAndOthersWaitForIt(
      boolean mainBringsPages) throws Exception {
    StuckGuest guest = new StuckGuest();
    Pipe main = Pipe.open();
    main.sink().write(new StreamBuilder().multifdStart(RAM).bytes());
    List<Pipe> channels = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      channels.add(Pipe.open());
    }
    for (int i = 0; i < 2; i++) {
      write(channels.get(i), new ChannelBuilder(i).sync().pages("m", i, filled(i)), 0);
    }
    ChannelBuilder last = new ChannelBuilder(2).sync();
    write(channels.get(2), last, 0);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread reader = start(reader(main, channels), guest, outcome);
    guest.awaitPages(0, 1);
    int said = last.size();
    write(channels.get(2), last.pages("m", HELD_UP, filled(9)), said);
    guest.stuck.await();
    for (int i = 0; i < 2; i++) {
      ChannelBuilder more = new ChannelBuilder(i);
      int hello = more.size();
      write(channels.get(i), more.pages("m", 4 + i, filled(i)), hello);
    }
    StreamBuilder records = new StreamBuilder().part();
    main.sink()
        .write((mainBringsPages ? records.page("m", 7, filled(7)) : records.flush()).bytes());
    guest.awaitStanding(0, 1, HELD_UP);
    while (!ChannelThreads.stands(reader)) {
      ChannelThreads.pause();
    }
    reader.interrupt();
    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(ClosedByInterruptException.class);
    reader.join();
    assertThat(guest.threads()).hasSize(3).noneMatch(Thread::isAlive);
  }

  private static MigrationStreamReader reader(Pipe main, List<Pipe> channels) {
    return new MigrationStreamReader(
        main.source(),
        1 << 20,
        StreamEnd.CLOSE,
        () -> channels.stream().map(Pipe::source).toList());
  }

  /** A thread that is still interrupted when it is back, as one is that reads a closed channel. */
  private static Thread start(
      MigrationStreamReader reader, GuestStateHandler guest, CompletableFuture<Throwable> outcome) {
    Thread thread =
        new Thread(
            () -> {
              try {
                reader.readInto(guest);
                outcome.complete(new AssertionError("it was read to its end"));
              } catch (IOException | RuntimeException e) {
                outcome.complete(
                    Thread.currentThread().isInterrupted() ? e : new AssertionError(e));
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void write(Pipe pipe, ChannelBuilder builder, int from) throws IOException {
    pipe.sink().write(builder.bytes().position(from));
  }

  @Test
  void aChannelThatBreaksWhileTheOthersWaitForItEndsAllAndIsNamedWithItsPlace() throws Exception {
    ChannelThreads guest = new ChannelThreads();
    ChannelBuilder broken = new ChannelBuilder(2).sync();
    int whole = broken.size();
    ByteBuffer halfAPacket = broken.pages("m", 2, filled(2)).bytes().limit(whole + 700);
    ReadableByteChannel reset =
        new GatedChannel(
            halfAPacket,
            whole + 700,
            () -> {
              guest.awaitStanding(0, 1);
              throw new IOException("Connection reset");
            });
    Pipe main = Pipe.open();
    main.sink().write(new StreamBuilder().multifdStart(RAM).part().flush().bytes());
    MigrationStreamReader reader =
        new MigrationStreamReader(
            main.source(), 1 << 20, StreamEnd.CLOSE, () -> List.of(ended(0), reset, ended(1)));
    assertThatThrownBy(() -> reader.readInto(guest))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageStartingWith("multifd channel 2: QEMU stream, offset " + (whole + 700) + ": ")
        .hasMessageEndingWith("Connection reset")
        .hasRootCauseMessage("Connection reset");
    assertThat(guest.threads()).hasSize(2).noneMatch(Thread::isAlive);
  }

  /** A channel that stands at the end of the first round. */
  private static ReadableByteChannel ended(int number) throws IOException {
    return new PiecewiseChannel(
        new ChannelBuilder(number).sync().pages("m", number, filled(1)).sync().bytes(), 1000);
  }
}
