package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.filled;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.qemustream.MultifdPacket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What comes through one multifd channel: the hello and packets, plain and packed. */
public final class MultifdChannelFuzz implements FuzzTarget {
  private static final GuestMemoryMap MEMORY =
      new GuestMemoryMap(
          4096, List.of(new RamBlock("m", 16 * 4096), new RamBlock("rom", 2 * 4096)));

  @Override
  public List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (MultifdCompression compression : MultifdCompression.values()) {
      ChannelBuilder channel =
          new ChannelBuilder(0, compression)
              .sync()
              .pages("m", 3, filled(1))
              .pagesAndSync("rom", 0, filled(2))
              .zeros("m", 7, 3)
              .sync();
      seeds.add(channel.bytes().array());
    }
    return seeds;
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedStreamException.class);
  }

  /** The buffer and the pages of a packet, once; each packet's offsets. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return StreamBuffer.BYTES + MultifdPacket.MAX_PAGE_BYTES + 128 * 1024 + 16L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    StrictGuest guest = new StrictGuest();
    guest.machine(
        new MachineDescription(ByteBuffer.allocate(0), "microvm", MEMORY, Coverage.WHOLE));
    MultifdRounds rounds = new MultifdRounds(1);
    Thread main = new Thread(() -> endRounds(rounds), "main");
    try (MultifdChannel channel =
        MultifdChannel.open(new PiecewiseChannel(ByteBuffer.wrap(input), 1 << 16))) {
      main.start();
      channel.readInto(MEMORY, new SerialHandler(guest), rounds);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    } finally {
      rounds.close(); // Ends the main one, too.
      join(main);
    }
  }

  /** A main connection whose rounds end when those of the channel do. */
  private static void endRounds(MultifdRounds rounds) {
    try {
      while (true) {
        rounds.endOfMain(0);
      }
    } catch (IOException | InterruptedException channelHasEnded) {
      return;
    }
  }

  private static void join(Thread thread) throws InterruptedIOException {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }
}
