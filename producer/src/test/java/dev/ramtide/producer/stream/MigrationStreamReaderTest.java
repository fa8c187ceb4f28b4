package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationStreamReaderTest {
  private static final int MAX_DEVICE_STATE_BYTES = 8 << 20;
  private static final RamBlock RAM = new RamBlock("pc.ram", 70 * PAGE_BYTES);
  private static final RamBlock ROM = new RamBlock("/rom@etc/acpi/rsdp", PAGE_BYTES);

  private final RecordedGuest guest = new RecordedGuest();

  @Test
  void aLiveStreamArrivesInItsOrder() throws Exception {
    StreamBuilder stream =
        new StreamBuilder()
            .start(RAM, ROM)
            .part()
            .page("pc.ram", 0, filled(1))
            .zero(1)
            .zero(2)
            .zero(4)
            .page(69, filled(2))
            .zero("/rom@etc/acpi/rsdp", 0)
            .eos()
            .part()
            .eos()
            .part()
            .page("pc.ram", 5, filled(3))
            .eos()
            .command(StreamCommand.SWITCHOVER_START)
            .end()
            .page(5, filled(4))
            .zero(0)
            .eos();
    int deviceStateOffset = stream.size();
    ByteBuffer bytes = stream.deviceState().bytes();
    read(bytes);

    assertThat(guest.machine().memory().blocks()).containsExactly(RAM, ROM);
    assertThat(guest.machine().machineType()).isEqualTo("pc-q35-10.0");
    assertThat(guest.machine().coverage()).isEqualTo(Coverage.WHOLE);
    assertThat(guest.machine().preamble()).isEqualTo(StreamBuilder.PREAMBLE.bytes());
    assertThat(guest.calls())
        .containsExactly(
            "page 0:0",
            "zero 0:1+2",
            "zero 0:4+1",
            "page 0:69",
            "zero 1:0+1",
            "page 0:5",
            "page 0:5",
            "zero 0:0+1");
    assertThat(guest.page(0, 0)).containsOnly(0);
    assertThat(guest.page(0, 5)).isEqualTo(filled(4));
    assertThat(guest.page(0, 69)).isEqualTo(filled(2));
    assertThat(guest.deviceStateBytes())
        .isEqualTo(bytes.slice(deviceStateOffset, bytes.limit() - deviceStateOffset));
  }

  @Test
  void aBackgroundSnapshotHasNoEndOfRam() throws Exception {
    read(
        new StreamBuilder()
            .start(ROM)
            .part()
            .page(ROM.name(), 0, filled(1))
            .eos()
            .deviceState()
            .bytes());
    assertThat(guest.page(0, 0)).isEqualTo(filled(1));
    assertThat(guest.deviceStateBytes().remaining()).isPositive();
  }

  @Test
  void allPagesMayComeWithTheEndOfRam() throws Exception {
    read(
        new StreamBuilder()
            .start(ROM)
            .end()
            .page(ROM.name(), 0, filled(1))
            .eos()
            .deviceState()
            .bytes());
    assertThat(guest.page(0, 0)).isEqualTo(filled(1));
  }

  /** Also where the buffer is refilled: 300 pages are more than it holds. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096, 65536, Integer.MAX_VALUE})
  void itDoesNotMatterHowTheBytesArrive(int pieceBytes) throws Exception {
    StreamBuilder stream =
        new StreamBuilder().start(new RamBlock("m", 300 * PAGE_BYTES), ROM).part();
    for (int page = 0; page < 300; page++) {
      stream =
          page % 3 == 0 ? stream.page("m", page, filled(page)) : stream.page(page, filled(page));
    }
    read(new PiecewiseChannel(stream.eos().end().eos().deviceState().bytes(), pieceBytes));
    for (int page = 0; page < 300; page++) {
      assertThat(guest.page(0, page)).isEqualTo(filled(page));
    }
  }

  @Test
  void aLongDeviceStateArrivesAsItIs() throws Exception {
    byte[] body = new byte[3 * StreamBuffer.BYTES + 5];
    new Random(1).nextBytes(body);
    ByteBuffer tail =
        new StreamOutput()
            .u8(4)
            .raw(body)
            .raw(new StreamBuilder().deviceState().bytes())
            .toBuffer();
    ByteBuffer ram = onePage().bytes();
    read(new PiecewiseChannel(new StreamOutput().raw(ram).raw(tail).toBuffer(), 100_000));
    assertThat(guest.deviceStateBytes()).isEqualTo(tail);
  }

  @Test
  void aDeviceStateOverTheLimitIsRefused() {
    ByteBuffer whole = onePage().deviceState().bytes();
    int deviceStateBytes = whole.limit() - onePage().size();
    MigrationStreamReader reader =
        new MigrationStreamReader(
            new PiecewiseChannel(whole, 1),
            deviceStateBytes - 1,
            StreamEnd.CLOSE,
            PageChannels.NONE);
    assertThatThrownBy(() -> reader.readInto(guest))
        .hasMessageContaining("longer than " + (deviceStateBytes - 1));
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    ByteBuffer whole =
        new StreamBuilder()
            .start(RAM, ROM)
            .part()
            .page("pc.ram", 1, filled(1))
            .zero(2)
            .eos()
            .command(StreamCommand.SWITCHOVER_START)
            .end()
            .zero("/rom@etc/acpi/rsdp", 0)
            .eos()
            .deviceState()
            .bytes();
    read(whole);
    for (int length = 0; length < whole.limit(); length++) {
      assertTruncated(whole.slice(0, length), length);
    }
  }

  @Test
  void everyTruncationOfABackgroundSnapshotIsRefused() {
    ByteBuffer whole = onePage().device("timer").deviceState().bytes();
    for (int length = 0; length < whole.limit(); length++) {
      assertTruncated(whole.slice(0, length), length);
    }
  }

  private static void assertTruncated(ByteBuffer cut, int length) {
    assertThatThrownBy(() -> reader(cut).readInto(new RecordedGuest()))
        .as("%d bytes", length)
        .isInstanceOfSatisfying(
            MalformedStreamException.class, e -> assertThat(e.streamOffset()).isEqualTo(length));
  }

  /** Damage may go unseen, in a page for example; it never ends in anything but this exception. */
  @Test
  void damageIsReadOrRefused() {
    ByteBuffer whole =
        new StreamBuilder()
            .start(RAM, ROM)
            .part()
            .page("pc.ram", 1, filled(1))
            .zero(2)
            .eos()
            .end()
            .eos()
            .deviceState()
            .bytes();
    Random random = new Random(42);
    for (int i = 0; i < 3000; i++) {
      ByteBuffer damaged = ByteBuffer.allocate(whole.limit()).put(whole.duplicate()).flip();
      // Not in the page, which is most of it.
      int at = random.nextInt(300);
      damaged.put(at < 150 ? at : whole.limit() - at + 150 - 1, (byte) random.nextInt(256));
      try {
        reader(damaged).readInto(new RecordedGuest());
      } catch (IOException e) {
        assertThat(e).as("byte %d", at).isInstanceOf(MalformedStreamException.class);
      }
    }
  }

  @Test
  void aFailureOfTheHandlerEndsTheReading() {
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
    assertThatThrownBy(() -> reader(onePage().deviceState().bytes()).readInto(failing))
        .hasMessage("the log is full");
  }

  @Test
  void aPageSizeThatTheConfigurationTellsIsUsed() throws Exception {
    StreamPreamble arm = new StreamPreamble("virt-10.0", List.of(new TargetPageBits(13)));
    StreamBuilder stream =
        new StreamBuilder().preamble(arm).ramStart(new RamBlock("mach-virt.ram", 3 * 8192));
    stream.part().word(2 * 8192 | RamFlags.PAGE);
    ByteBuffer bytes =
        new StreamOutput()
            .raw(stream.bytes())
            .str8("mach-virt.ram")
            .raw(filled(1))
            .raw(filled(2))
            .raw(
                new StreamBuilder()
                    .eos()
                    .device("cpu")
                    .description("{\"page_size\": 8192}")
                    .bytes())
            .toBuffer();
    read(bytes);
    assertThat(guest.machine().memory().pageCount()).isEqualTo(3);
    assertThat(guest.calls()).containsExactly("page 0:2");
  }

  private static StreamBuilder onePage() {
    return new StreamBuilder().start(ROM).part().page(ROM.name(), 0, filled(1)).eos();
  }

  private void read(ByteBuffer bytes) throws IOException {
    reader(bytes).readInto(guest);
  }

  private void read(PiecewiseChannel channel) throws IOException {
    new MigrationStreamReader(channel, MAX_DEVICE_STATE_BYTES, StreamEnd.CLOSE, PageChannels.NONE)
        .readInto(guest);
  }

  private static MigrationStreamReader reader(ByteBuffer bytes) {
    return new MigrationStreamReader(
        new PiecewiseChannel(bytes, Integer.MAX_VALUE),
        MAX_DEVICE_STATE_BYTES,
        StreamEnd.CLOSE,
        PageChannels.NONE);
  }
}
