package dev.ramtide.producer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.DeviceStateEnding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class DeviceStateReaderTest {
  private static final int TEXT_BYTES = 1 << 20;

  /** At each piece the description is looked for: what was looked at is not looked at again. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aLongDescriptionThatComesByteByByteIsReadInReasonableTime() throws IOException {
    String text = "{\"page_size\": 4096, \"x\": \"" + "}".repeat(TEXT_BYTES) + "\"}";
    ByteBuffer state = new StreamBuilder().device("cpu").description(text).bytes();
    RecordedGuest guest = new RecordedGuest();
    guest.machine(
        new MachineDescription(
            ByteBuffer.allocate(0),
            "microvm",
            new GuestMemoryMap(4096, List.of(new RamBlock("m", 4096))),
            Coverage.WHOLE));
    new DeviceStateReader(
            new StreamBuffer(new PiecewiseChannel(state, 1)), 2 * TEXT_BYTES, StreamEnd.DESCRIPTION)
        .readInto(guest, 4096, DeviceStateEnding.DESCRIBED);
    assertThat(guest.deviceStateBytes()).isEqualTo(state);
  }
}
