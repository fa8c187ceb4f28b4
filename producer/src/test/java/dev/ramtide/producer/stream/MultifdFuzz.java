package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.filled;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.BufferInput;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.qemustream.StreamOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A stream and two multifd channels beside it, each read by a thread of its own.
 *
 * <pre>
 *   N:2 | main, N bytes | M:2 | channel, M bytes | another channel, the rest
 * </pre>
 */
public final class MultifdFuzz implements FuzzTarget {
  private static final int PIECE_BYTES = 1000;
  private static final RamBlock RAM = new RamBlock("m", 16 * 4096);

  @Override
  public List<byte[]> seeds() throws IOException {
    StreamBuilder rounds =
        new StreamBuilder().multifdStart(RAM).part().flush().eos().end().flush().eos();
    StreamBuilder sections = new StreamBuilder().start(RAM).part().eos().end().eos().deviceState();
    return List.of(
        input(rounds.deviceState(), channel(0), channel(1)),
        input(sections, channel(1), new ChannelBuilder(0).sync().sync().sync()));
  }

  private static ChannelBuilder channel(int number) throws IOException {
    return new ChannelBuilder(number, MultifdCompression.ZLIB)
        .sync()
        .pages("m", number, filled(number))
        .sync()
        .zeros("m", 4 + number, 1)
        .sync();
  }

  private static byte[] input(StreamBuilder main, ChannelBuilder one, ChannelBuilder other) {
    return new StreamOutput()
        .be16(main.size())
        .raw(main.bytes())
        .be16(one.size())
        .raw(one.bytes())
        .raw(other.bytes())
        .toBuffer()
        .array();
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedStreamException.class);
  }

  /** Three buffers and the device state's; what the channels unpack is theirs. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 3L * StreamBuffer.BYTES + 1024 * 1024 + 64L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(input);
    PiecewiseChannel main = next(rest);
    PiecewiseChannel one = next(rest);
    PiecewiseChannel other = new PiecewiseChannel(rest, PIECE_BYTES);
    new MigrationStreamReader(main, 64 * 1024, StreamEnd.CLOSE, () -> List.of(one, other))
        .readInto(new StrictGuest());
  }

  private static PiecewiseChannel next(ByteBuffer rest) throws IOException {
    int said = rest.remaining() < 2 ? 0 : new BufferInput(rest).be16();
    rest.position(Math.min(rest.limit(), rest.position() + 2));
    int bytes = Math.min(said, rest.remaining());
    PiecewiseChannel next = new PiecewiseChannel(rest.slice(rest.position(), bytes), PIECE_BYTES);
    rest.position(rest.position() + bytes);
    return next;
  }
}
