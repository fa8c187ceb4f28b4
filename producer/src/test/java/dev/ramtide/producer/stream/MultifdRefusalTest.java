package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.ChannelBuilder.Header;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What no channel of QEMU's says, or what is not carried; lengths before memory is taken. */
@Timeout(60)
class MultifdRefusalTest {
  private static final RamBlock RAM = new RamBlock("m", 4 * PAGE_BYTES);

  static Stream<Arguments> headers() {
    return Stream.of(
        header("0x11223345 version 1", header -> header.magic++),
        header("version 2", header -> header.version = 2),
        header("remove the VFIO device", header -> header.flags = 0x40),
        header("compressed with qpl: set multifd-compression", header -> header.flags = 0x08),
        header("compressed with uadk", header -> header.flags = 0x10),
        header("compressed with qatzip", header -> header.flags = 0x20),
        header("compressed with 0x6", header -> header.flags = 0x06),
        header("unknown flags 0x80", header -> header.flags = 0x80),
        header("129 pages and 0 zero pages: it holds 128", header -> header.normal = 129),
        header("1 pages and 128 zero pages", header -> header.zero = 128),
        header("4294967295 zero pages", header -> header.zero = 0xFFFFFFFFL),
        header("4294967295 pages", header -> header.normal = 0xFFFFFFFFL),
        header("4095 bytes for 1 pages", header -> header.payloadBytes = 4095),
        header("has at most 1048576", header -> header.payloadBytes = 0xFFFFFFFFL),
        header("'n', which the stream did not announce", header -> header.block = "n"),
        header("mm', which the stream did not", header -> header.block = "m".repeat(256)),
        header("page at 0x4000 is none of", header -> header.offsets = new long[] {0x4000}),
        header("page at 0x1 is none of", header -> header.offsets = new long[] {1}),
        header("page at 0xffffffffffff", header -> header.offsets = new long[] {-4096}));
  }

  private static Arguments header(String message, Consumer<Header> change) {
    return Arguments.of(message, change);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void aPacketThatIsNoneIsRefused(String message, Consumer<Header> change) throws Exception {
    Header header = new Header();
    header.normal = 1;
    header.payloadBytes = PAGE_BYTES;
    header.offsets = new long[] {0};
    ByteBuffer channel =
        new ChannelBuilder(0).sync().header(header.with(change)).raw(filled(1)).sync().bytes();
    refused("multifd channel 0: QEMU stream, offset 1", channel);
    refused(message, channel);
  }

  @ParameterizedTest
  @EnumSource(
      value = MultifdCompression.class,
      names = {"ZLIB", "ZSTD"})
  void aPayloadThatIsNotItsPagesIsRefused(MultifdCompression compression) throws Exception {
    Header header = new Header();
    header.flags = compression == MultifdCompression.ZLIB ? 2 : 4;
    header.normal = 1;
    header.offsets = new long[] {0};
    String name = compression == MultifdCompression.ZLIB ? "zlib" : "zstd";
    for (byte[] pages : List.of(new byte[PAGE_BYTES - 1], new byte[PAGE_BYTES + 1])) {
      byte[] packed = payload(compression, pages);
      header.payloadBytes = packed.length;
      refused(
          pages.length < PAGE_BYTES
              ? name + " ends after 4095 of 4096 bytes"
              : name + " goes on after 4096 bytes",
          new ChannelBuilder(0).sync().header(header).raw(packed).sync().bytes());
    }
    header.payloadBytes = 100;
    refused(name + ": ", new ChannelBuilder(0).sync().header(header).raw(filled(1)).sync().bytes());
    header.payloadBytes = 0;
    refused(name + " ends after 0", new ChannelBuilder(0).sync().header(header).sync().bytes());
  }

  /** What a channel of this compression sends behind its first header. */
  private static byte[] payload(MultifdCompression compression, byte[] pages) throws Exception {
    ChannelBuilder builder = new ChannelBuilder(0, compression);
    int before = builder.sync().size();
    ByteBuffer bytes = builder.pages("m", 0, pages).bytes();
    return Arrays.copyOfRange(bytes.array(), 2 * before - 64, bytes.limit());
  }

  @Test
  void channelsThatDoNotBelongTogetherAreRefused() throws Exception {
    refused("channel 0 came twice", empty(0), empty(0));
    refused("channel 2 of 2", empty(0), empty(2));
    ByteBuffer other =
        new ChannelBuilder(new UUID(1, 2), 1, MultifdCompression.NONE).sync().sync().bytes();
    refused("two guests", empty(0), other);
  }

  @Test
  void aGreetingThatIsNoneIsToldFromTheMainConnection() throws Exception {
    refused(
        "a multifd channel, before it said which: QEMU stream, offset 0: 0x1223344 version 1",
        empty(0).put(0, (byte) 1));
  }

  @Test
  void roundsThatDoNotMeetAreRefused() throws Exception {
    refused("not on all channels", new ChannelBuilder(0).sync().bytes());
    refused("not on all channels", empty(0), new ChannelBuilder(1).sync().bytes());
    refused("main connection knows nothing", new ChannelBuilder(0).sync().sync().sync().bytes());
    ByteBuffer late = new ChannelBuilder(0).sync().sync().pages("m", 0, filled(1)).bytes();
    assertThatThrownBy(() -> read(late))
        .isInstanceOf(MalformedStreamException.class)
        .message()
        .containsAnyOf("after the end of the main", "in the middle of a round");
  }

  private static ByteBuffer empty(int channel) throws Exception {
    return new ChannelBuilder(channel).sync().sync().bytes();
  }

  private static void refused(String message, ByteBuffer... channels) {
    assertThatThrownBy(() -> read(channels))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining(message);
  }

  private static void read(ByteBuffer... channels) throws Exception {
    ByteBuffer main =
        new StreamBuilder().multifdStart(RAM).end().flush().eos().deviceState().bytes();
    new MigrationStreamReader(
            new PiecewiseChannel(main, Integer.MAX_VALUE),
            1 << 20,
            StreamEnd.CLOSE,
            () ->
                Arrays.stream(channels)
                    .map(channel -> new PiecewiseChannel(channel, Integer.MAX_VALUE))
                    .toList())
        .readInto(new RecordedGuest());
  }
}
