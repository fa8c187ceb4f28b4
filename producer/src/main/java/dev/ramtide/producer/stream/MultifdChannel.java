package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.stream.PageUnpacker.UnpackException;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.qemustream.MultifdHello;
import dev.ramtide.qemustream.MultifdPacket;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads one multifd channel to its end, in a thread of its own: receiving and unpacking happen on
 * all channels at once, only the handler is one for all.
 */
final class MultifdChannel implements AutoCloseable {
  private final StreamBuffer in;
  private final MultifdHello hello;
  private @Nullable PageUnpacker unpacker;
  private byte[] unpacked = {};
  private MultifdCompression compression = MultifdCompression.NONE;

  private MultifdChannel(StreamBuffer in, MultifdHello hello) {
    this.in = in;
    this.hello = hello;
  }

  /** Reads what the channel says of itself. */
  static MultifdChannel open(ReadableByteChannel connection) throws IOException {
    StreamBuffer in = new StreamBuffer(connection);
    try {
      return new MultifdChannel(in, MultifdHello.read(in));
    } catch (MalformedStreamException e) {
      throw e.of("a multifd channel, before it said which");
    }
  }

  MultifdHello hello() {
    return hello;
  }

  /** Returns when QEMU has closed the channel. */
  void readInto(GuestMemoryMap memory, SerialHandler handler, MultifdRounds rounds)
      throws IOException, InterruptedException {
    try {
      while (in.peek() >= 0) {
        MultifdPacket packet = MultifdPacket.read(in, memory);
        readPages(packet, memory.pageBytes(), handler, rounds);
        if (packet.isSync()) {
          rounds.endOfChannel(in.streamOffset());
        }
      }
    } catch (MalformedStreamException e) {
      throw e.of("multifd channel " + hello.channel());
    }
  }

  private void readPages(
      MultifdPacket packet, int pageBytes, SerialHandler handler, MultifdRounds rounds)
      throws IOException {
    if (packet.normalPages() + packet.zeroPages() == 0) {
      return;
    }
    int payloadBytes = packet.payloadBytes();
    in.require(payloadBytes);
    byte[] pages = in.array();
    int from = in.position();
    if (packet.normalPages() > 0 && packet.compression() != MultifdCompression.NONE) {
      pages = unpack(packet, pageBytes);
      from = 0;
    }
    handler.takeTurn();
    try {
      rounds.pages(in.streamOffset());
      for (int i = 0; i < packet.normalPages(); i++) {
        handler.page(packet.block(), packet.page(i), pages, from + i * pageBytes);
      }
      passZeroPages(packet, handler);
    } finally {
      handler.endTurn();
    }
    in.skip(payloadBytes);
  }

  private byte[] unpack(MultifdPacket packet, int pageBytes) throws IOException {
    PageUnpacker known = unpacker;
    if (known == null) {
      compression = packet.compression();
      known = PageUnpacker.of(compression);
      unpacker = known;
      unpacked = new byte[MultifdPacket.MAX_PAGE_BYTES];
    } else if (packet.compression() != compression) {
      throw new MalformedStreamException(
          in.streamOffset(), compression + " and " + packet.compression() + " on one channel");
    }
    try {
      int length = packet.normalPages() * pageBytes;
      known.unpack(in.array(), in.position(), packet.payloadBytes(), unpacked, length);
    } catch (UnpackException e) {
      throw e.at(in.streamOffset());
    }
    return unpacked;
  }

  /** Neighbours go together. */
  private static void passZeroPages(MultifdPacket packet, GuestStateHandler handler)
      throws IOException {
    int end = packet.normalPages() + packet.zeroPages();
    int first = packet.normalPages();
    for (int i = first; i < end; i++) {
      if (i + 1 == end || packet.page(i + 1) != packet.page(i) + 1) {
        handler.zeroPages(packet.block(), packet.page(first), i + 1 - first);
        first = i + 1;
      }
    }
  }

  @Override
  public void close() {
    if (unpacker != null) {
      unpacker.close();
    }
  }
}
