package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.filled;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A migration stream without multifd.
 *
 * <pre>
 *   how:1 (bit 0: with a return path; bits 1 to 4: it comes in pieces of 2^n bytes) | the stream
 * </pre>
 */
public final class StreamFuzz implements FuzzTarget {
  private static final int MAX_DEVICE_STATE_BYTES = 64 * 1024;
  private static final RamBlock RAM = new RamBlock("m", 3 * 4096);
  private static final RamBlock ROM = new RamBlock("/rom@etc/acpi", 4096);

  @Override
  public List<byte[]> seeds() {
    StreamPreamble largePages = new StreamPreamble("virt-10.0", List.of(new TargetPageBits(16)));
    return List.of(
        input(0x1E, guest(new StreamBuilder().start(RAM, ROM))),
        input(0x01, guest(new StreamBuilder().start(RAM, ROM))),
        input(
            0x1F,
            guest(
                new StreamBuilder()
                    .preamble(StreamBuilder.PREAMBLE)
                    .command(StreamCommand.OPEN_RETURN_PATH)
                    .command(StreamCommand.PING, (byte) 0, (byte) 0, (byte) 0, (byte) 1)
                    .ramStart(RAM, ROM))),
        input(
            0x1E,
            new StreamBuilder()
                .preamble(largePages)
                .ramStart(new RamBlock("m", 65536))
                .part()
                .word(0x02)));
  }

  private static StreamBuilder guest(StreamBuilder start) {
    return start
        .part()
        .page("m", 0, filled(1))
        .zero(1)
        .zero("/rom@etc/acpi", 0)
        .eos()
        .command(StreamCommand.SWITCHOVER_START)
        .end()
        .page("m", 2, filled(2))
        .eos()
        .deviceState();
  }

  private static byte[] input(int how, StreamBuilder stream) {
    return new StreamOutput().u8(how).raw(stream.bytes()).toBuffer().array();
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedStreamException.class);
  }

  /** The buffer, the copy of the device state, names, and views of pieces of a byte each. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return StreamBuffer.BYTES + 512 * 1024 + 512L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    int how = input.length == 0 ? 0 : input[0];
    ByteBuffer stream = ByteBuffer.wrap(input).position(Math.min(1, input.length));
    StreamEnd end = (how & 1) == 0 ? StreamEnd.CLOSE : StreamEnd.DESCRIPTION;
    new MigrationStreamReader(
            new PiecewiseChannel(stream, 1 << (how >> 1 & 15)),
            MAX_DEVICE_STATE_BYTES,
            end,
            PageChannels.NONE)
        .readInto(new StrictGuest());
  }
}
