package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes through channels beside the main connection. */
@Timeout(60)
class MultifdStreamTest {
  private static final RamBlock RAM = new RamBlock("m", 40 * PAGE_BYTES);
  private static final RamBlock ROM = new RamBlock("rom", 2 * PAGE_BYTES);

  private final RecordedGuest guest = new RecordedGuest();

  @ParameterizedTest
  @EnumSource(MultifdCompression.class)
  void pagesOfAllChannelsAndOfTheMainConnectionArrive(MultifdCompression compression)
      throws Exception {
    ByteBuffer main =
        new StreamBuilder()
            .multifdStart(RAM, ROM)
            .part()
            .zero("m", 9)
            .flush()
            .eos()
            .end()
            .flush()
            .eos()
            .deviceState()
            .bytes();
    read(
        main,
        new ChannelBuilder(1, compression)
            .sync()
            .pages("m", 2, filled(2), filled(3))
            .zeros("m", 20, 5)
            .pages("rom", 0, filled(4))
            .sync()
            .pages("m", 2, filled(5))
            .sync()
            .bytes(),
        new ChannelBuilder(0, compression).sync().sync().zeros("m", 3, 1).sync().bytes());
    assertThat(guest.page(0, 2)).isEqualTo(filled(5));
    assertThat(guest.page(0, 3)).containsOnly(0);
    assertThat(guest.page(1, 0)).isEqualTo(filled(4));
    assertThat(guest.calls()).contains("zero 0:9+1", "zero 0:20+5", "page 0:3", "zero 0:3+1");
    assertThat(guest.deviceStateBytes().remaining()).isPositive();
  }

  /** Rounds of random writes by random ways; the last write of each page must win. */
  @ParameterizedTest
  @CsvSource({"true, NONE", "false, NONE", "true, ZLIB", "false, ZSTD"})
  void whateverTheWaysTheNewestCopyOfEachPageWins(boolean marked, MultifdCompression compression)
      throws Exception {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int channels = 1 + random.nextInt(4);
      RandomMigration migration = new RandomMigration(random, marked, compression, channels);
      byte[] expected = migration.run(1 + random.nextInt(6));
      RecordedGuest restored = new RecordedGuest();
      reader(migration.main(), migration.channels()).readInto(restored);
      assertThat(Arrays.equals(restored.block(0), expected)).as("seed %d", seed).isTrue();
    }
  }

  /** A guest that is sent round by round. */
  private static final class RandomMigration {
    private final Random random;
    private final boolean marked;
    private final StreamBuilder main = new StreamBuilder();
    private final ChannelBuilder[] channels;
    private final byte[] memory = new byte[40 * PAGE_BYTES];

    RandomMigration(Random random, boolean marked, MultifdCompression compression, int channels)
        throws IOException {
      this.random = random;
      this.marked = marked;
      this.channels = new ChannelBuilder[channels];
      for (int i = 0; i < channels; i++) {
        this.channels[i] = new ChannelBuilder(i, compression);
      }
    }

    byte[] run(int rounds) throws IOException {
      if (marked) {
        main.multifdStart(RAM);
      } else {
        main.start(RAM);
      }
      sync();
      for (int round = 0; round <= rounds; round++) {
        if (round < rounds) {
          main.part();
        } else {
          main.end();
        }
        for (int page = 0; page < 40; page++) {
          if (random.nextInt(3) > 0) {
            write(page);
          }
        }
        if (marked) {
          main.flush();
        }
        main.eos();
        sync();
      }
      main.deviceState();
      return memory;
    }

    private void write(int page) throws IOException {
      byte[] bytes = random.nextInt(4) == 0 ? new byte[PAGE_BYTES] : filled(random.nextInt(200));
      System.arraycopy(bytes, 0, memory, page * PAGE_BYTES, PAGE_BYTES);
      ChannelBuilder channel = channels[random.nextInt(channels.length)];
      boolean zero = Arrays.equals(bytes, new byte[PAGE_BYTES]);
      if (!zero) {
        channel.pages("m", page, bytes);
      } else if (random.nextBoolean()) {
        channel.zeros("m", page, 1);
      } else {
        main.zero("m", page);
      }
    }

    private void sync() {
      for (ChannelBuilder channel : channels) {
        channel.sync();
      }
    }

    ByteBuffer main() {
      return main.bytes();
    }

    ByteBuffer[] channels() {
      return Arrays.stream(channels).map(ChannelBuilder::bytes).toArray(ByteBuffer[]::new);
    }
  }

  /** QEMU 7.2 sends pages with the end of a round; they belong to the round that it ends. */
  @Test
  void aChannelThatIsAheadWaitsForTheOneThatIsBehind() throws Exception {
    ByteBuffer main = new StreamBuilder().start(RAM).part().eos().end().eos().deviceState().bytes();
    ByteBuffer ahead =
        new ChannelBuilder(0)
            .sync()
            .pagesAndSync("m", 0, filled(1))
            .pages("m", 1, filled(2))
            .sync()
            .bytes();
    ChannelBuilder behind = new ChannelBuilder(1).sync();
    Pipe pipe = Pipe.open();
    pipe.sink().write(behind.bytes());
    int written = behind.size();
    ByteBuffer rest = behind.pagesAndSync("m", 1, filled(3)).sync().bytes().position(written);
    Thread feeder =
        new Thread(
            () -> {
              try (Pipe.SinkChannel sink = pipe.sink()) {
                Thread.sleep(300);
                sink.write(rest);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    feeder.start();
    MigrationStreamReader reader =
        new MigrationStreamReader(
            whole(main), 1 << 20, StreamEnd.CLOSE, () -> List.of(whole(ahead), pipe.source()));
    reader.readInto(guest);
    feeder.join();
    assertThat(guest.page(0, 1)).isEqualTo(filled(2));
    assertThat(guest.calls()).containsExactly("page 0:0", "page 0:1", "page 0:1");
  }

  /** QEMU's main thread still writes zero pages of a round when its channels have ended it. */
  @Test
  void aPageOfTheNextRoundWaitsForWhatTheMainConnectionStillHasOfThisOne() throws Exception {
    ChannelThreads threads = new ChannelThreads();
    GuestStateHandler both =
        new ChannelThreads() {
          @Override
          public Coverage machine(MachineDescription machine) {
            return guest.machine(machine);
          }

          @Override
          public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
            threads.page(block, pageIndex, buffer, at);
            guest.page(block, pageIndex, buffer, at);
          }

          @Override
          public void zeroPages(int block, long firstPage, long pageCount) {
            guest.zeroPages(block, firstPage, pageCount);
          }
        };
    StreamBuilder start = new StreamBuilder().multifdStart(RAM).part();
    int gateAt = start.size();
    ByteBuffer main = start.zero("m", 2).flush().eos().end().flush().eos().deviceState().bytes();
    ByteBuffer first =
        new ChannelBuilder(0)
            .sync()
            .pages("m", 1, filled(1))
            .sync()
            .pages("m", 2, filled(2))
            .sync()
            .bytes();
    ByteBuffer second = new ChannelBuilder(1).sync().pages("m", 4, filled(4)).sync().sync().bytes();
    new MigrationStreamReader(
            new GatedChannel(main, gateAt, () -> threads.awaitStanding(1, 4)),
            1 << 20,
            StreamEnd.CLOSE,
            () -> List.of(whole(first), whole(second)))
        .readInto(both);
    assertThat(guest.calls().subList(0, 2)).containsExactlyInAnyOrder("page 0:1", "page 0:4");
    assertThat(guest.calls().subList(2, 4)).containsExactly("zero 0:2+1", "page 0:2");
  }

  @ParameterizedTest
  @EnumSource(MultifdCompression.class)
  void pagesThatComeWithTheEndOfARoundAreOfThatRound(MultifdCompression compression)
      throws Exception {
    ByteBuffer main = new StreamBuilder().start(RAM).part().eos().end().eos().deviceState().bytes();
    ByteBuffer channel =
        new ChannelBuilder(0, compression)
            .sync()
            .pages("m", 3, filled(3))
            .pagesAndSync("m", 1, filled(1), filled(2))
            .pagesAndSync("m", 2, filled(4))
            .bytes();
    read(main, channel);
    assertThat(guest.calls()).containsExactly("page 0:3", "page 0:1", "page 0:2", "page 0:2");
    assertThat(guest.page(0, 1)).isEqualTo(filled(1));
    assertThat(guest.page(0, 2)).isEqualTo(filled(4));
  }

  @Test
  void whatStandsBehindTheNameOfABlockIsNoneOfIt() throws Exception {
    ChannelBuilder channel = new ChannelBuilder(0).sync().zeros("m\0rom", 5, 1);
    read(
        new StreamBuilder().multifdStart(RAM, ROM).end().flush().eos().deviceState().bytes(),
        channel.sync().bytes());
    assertThat(guest.calls()).containsExactly("zero 0:5+1");
  }

  @Test
  void aSenderThatWaitsForAnAnswerLeavesItsChannelsOpen() throws Exception {
    ByteBuffer main =
        new StreamBuilder().multifdStart(RAM).end().flush().eos().deviceState().bytes();
    Pipe pipe = Pipe.open();
    pipe.sink().write(new ChannelBuilder(0).sync().pages("m", 5, filled(1)).sync().bytes());
    new MigrationStreamReader(
            whole(main), 1 << 20, StreamEnd.DESCRIPTION, () -> List.of(pipe.source()))
        .readInto(guest);
    assertThat(guest.page(0, 5)).isEqualTo(filled(1));
    pipe.sink().close();
  }

  @Test
  void aFailureOfTheHandlerOnAChannelIsThatOfTheReading() throws Exception {
    GuestStateHandler failing =
        new GuestStateHandler() {
          @Override
          public Coverage machine(MachineDescription machine) {
            return machine.coverage();
          }

          @Override
          public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
            throw new IOException("the log is full");
          }

          @Override
          public void zeroPages(int block, long firstPage, long pageCount) {}

          @Override
          public void deviceState(ByteBuffer bytes) {}
        };
    Pipe main = Pipe.open(); // More of it would come, as long as the channel is read.
    main.sink().write(new StreamBuilder().multifdStart(RAM).bytes());
    MigrationStreamReader reader =
        new MigrationStreamReader(
            main.source(),
            1 << 20,
            StreamEnd.CLOSE,
            () -> List.of(whole(new ChannelBuilder(0).sync().pages("m", 1, filled(1)).bytes())));
    assertThatThrownBy(() -> reader.readInto(failing)).hasMessage("the log is full");
    main.sink().close();
  }

  private static final int HELLO_BYTES = 64;

  private static final Pattern A_CHANNEL_OF_NO_NAME =
      Pattern.compile("a multifd channel, before it said which: .* ends here.*");

  /** Where a packet ends it is the main connection that knows that more had to come. */
  private static final Pattern ITS_CHANNEL_OR_ROUND =
      Pattern.compile("multifd channel 0: .* ends here.*|.*but not on all channels.*");

  @Test
  void everyTruncationOfAChannelIsRefusedWithItsPlace() throws Exception {
    ByteBuffer main = threeRounds();
    ByteBuffer channel =
        new ChannelBuilder(0, MultifdCompression.ZLIB)
            .sync()
            .pages("m", 1, filled(1))
            .sync()
            .zeros("m", 1, 1)
            .sync()
            .bytes();
    reader(main, channel).readInto(guest);
    for (int length = 0; length < channel.limit(); length += length < 70 ? 1 : 13) {
      ByteBuffer cut = channel.slice(0, length);
      assertThatThrownBy(() -> reader(main, cut).readInto(new RecordedGuest()))
          .as("%d bytes", length)
          .isInstanceOf(MalformedStreamException.class)
          .message()
          .matches(length < HELLO_BYTES ? A_CHANNEL_OF_NO_NAME : ITS_CHANNEL_OR_ROUND);
    }
  }

  /** Damage may go unseen, in a page for example; it never ends in anything but this exception. */
  @ParameterizedTest
  @EnumSource(MultifdCompression.class)
  void damageIsReadOrRefused(MultifdCompression compression) throws Exception {
    ByteBuffer main = threeRounds();
    ByteBuffer whole =
        new ChannelBuilder(0, compression)
            .sync()
            .pages("m", 1, filled(1), filled(2))
            .sync()
            .pages("m", 1, filled(3))
            .zeros("m", 7, 2)
            .sync()
            .bytes();
    Random random = new Random(42);
    for (int i = 0; i < 1500; i++) {
      ByteBuffer damaged = ByteBuffer.allocate(whole.limit()).put(whole.duplicate()).flip();
      int at = random.nextInt(whole.limit());
      damaged.put(at, (byte) random.nextInt(256));
      try {
        reader(main, damaged).readInto(new RecordedGuest());
      } catch (IOException e) {
        assertThat(e).as("byte %d", at).isInstanceOf(MalformedStreamException.class);
      }
    }
  }

  private static ByteBuffer threeRounds() {
    return new StreamBuilder()
        .multifdStart(RAM)
        .part()
        .flush()
        .eos()
        .end()
        .flush()
        .eos()
        .deviceState()
        .bytes();
  }

  private void read(ByteBuffer main, ByteBuffer... channels) throws IOException {
    reader(main, channels).readInto(guest);
  }

  private static MigrationStreamReader reader(ByteBuffer main, ByteBuffer... channels) {
    List<ReadableByteChannel> connections = new ArrayList<>();
    for (ByteBuffer channel : channels) {
      connections.add(new PiecewiseChannel(channel, 1000));
    }
    return new MigrationStreamReader(whole(main), 1 << 20, StreamEnd.CLOSE, () -> connections);
  }

  private static ReadableByteChannel whole(ByteBuffer bytes) {
    return new PiecewiseChannel(bytes, Integer.MAX_VALUE);
  }
}
