package dev.ramtide.producer.stream;

import com.github.luben.zstd.ZstdOutputStream;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.qemustream.StreamOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.DeflaterOutputStream;

/** Makes what comes through one multifd channel, packet by packet, as QEMU 10 does. */
public final class ChannelBuilder {
  static final int PAGES_OF_A_PACKET = 128;

  private final StreamOutput out = new StreamOutput();
  private final MultifdCompression compression;
  private final Packer packer;

  /** One compressed stream over all packets. */
  private interface Packer {
    byte[] pack(byte[] pages) throws IOException;
  }

  public ChannelBuilder(int channel) throws IOException {
    this(channel, MultifdCompression.NONE);
  }

  public ChannelBuilder(int channel, MultifdCompression compression) throws IOException {
    this(new UUID(0, 0), channel, compression);
  }

  ChannelBuilder(UUID guest, int channel, MultifdCompression compression) throws IOException {
    this.compression = compression;
    this.packer = packer(compression);
    out.be32(0x11223344).be32(1);
    out.be64(guest.getMostSignificantBits()).be64(guest.getLeastSignificantBits());
    out.u8(channel).raw(new byte[39]);
  }

  private static Packer packer(MultifdCompression compression) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    OutputStream stream =
        switch (compression) {
          case NONE -> packed;
          case ZLIB -> new DeflaterOutputStream(packed, true);
          case ZSTD -> new ZstdOutputStream(packed, 1);
        };
    return pages -> {
      packed.reset();
      stream.write(pages);
      stream.flush();
      return packed.toByteArray();
    };
  }

  /** What a packet says; a test spoils one of it. */
  static final class Header {
    long magic = 0x11223344;
    long version = 1;
    long flags;
    long normal;
    long zero;
    long payloadBytes;
    String block = "m";
    long[] offsets = {};

    Header with(Consumer<Header> change) {
      change.accept(this);
      return this;
    }
  }

  /** Pages of one block, each with its bytes. */
  public ChannelBuilder pages(String block, long firstPage, byte[]... pages) throws IOException {
    return packet(0, block, firstPage, pages);
  }

  /** The same with the end of a round, as QEMU 7.2 sends it. */
  ChannelBuilder pagesAndSync(String block, long firstPage, byte[]... pages) throws IOException {
    return packet(1, block, firstPage, pages);
  }

  private ChannelBuilder packet(int flags, String block, long firstPage, byte[]... pages)
      throws IOException {
    StreamOutput plain = new StreamOutput();
    Arrays.stream(pages).forEach(plain::raw);
    ByteBuffer buffer = plain.toBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    byte[] payload = packer.pack(bytes);
    Header header = new Header();
    header.flags = flags | (compression.ordinal() << 1);
    header.normal = pages.length;
    header.payloadBytes = payload.length;
    header.block = block;
    header.offsets = offsets(firstPage, pages.length);
    return header(header).raw(payload);
  }

  public ChannelBuilder zeros(String block, long firstPage, int count) {
    Header header = new Header();
    header.zero = count;
    header.block = block;
    header.offsets = offsets(firstPage, count);
    return header(header);
  }

  /** The end of a round. The size is what a packet of pages before it left there, in QEMU 7.2. */
  public ChannelBuilder sync() {
    return header(
        new Header()
            .with(
                header -> {
                  header.flags = 1;
                  header.payloadBytes = 524_288;
                  header.block = "";
                }));
  }

  ChannelBuilder header(Header header) {
    out.be32(header.magic).be32(header.version).be32(header.flags).be32(0);
    out.be32(header.normal).be32(header.payloadBytes).be64(0).be32(header.zero);
    out.raw(new byte[28]);
    out.raw(Arrays.copyOf(header.block.getBytes(StandardCharsets.UTF_8), 256));
    for (int i = 0; i < PAGES_OF_A_PACKET; i++) {
      out.be64(i < header.offsets.length ? header.offsets[i] : 0);
    }
    return this;
  }

  ChannelBuilder raw(byte... bytes) {
    out.raw(bytes);
    return this;
  }

  private static long[] offsets(long firstPage, int count) {
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = (firstPage + i) * StreamBuilder.PAGE_BYTES;
    }
    return offsets;
  }

  int size() {
    return out.size();
  }

  public ByteBuffer bytes() {
    return out.toBuffer();
  }
}
