package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.ChannelBuilder;
import dev.ramtide.producer.stream.RecordedGuest;
import dev.ramtide.producer.stream.StreamBuilder;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A QEMU that is told to use channels, and whose word it is why a capture failed. */
@Timeout(60)
class DrivenMultifdTest {
  private static final RamBlock RAM = new RamBlock("m", 8 * StreamBuilder.PAGE_BYTES);

  @TempDir private Path dir;
  private FakeQemu qemu;

  @BeforeEach
  void start() throws IOException {
    qemu = new FakeQemu(dir.resolve("qmp.sock"));
  }

  @AfterEach
  void close() throws IOException {
    qemu.close();
  }

  @Test
  void whatIsRefusedOnAChannelIsNotTakenForTheBrokenPipeThatQemuSees() throws Exception {
    qemu.fate(FakeQemu.Fate.FAILS_WHEN_CUT_OFF);
    qemu.sends(
        new StreamBuilder().multifdStart(RAM).bytes(),
        channel(0).sync().bytes(),
        channel(1).sync().zeros("rom", 0, 1).bytes());
    assertThat(failure())
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("multifd channel 1")
        .hasMessageContaining("'rom', which the stream did not announce");
  }

  @Test
  void norIsWhatIsRefusedOnTheMainConnection() throws Exception {
    qemu.fate(FakeQemu.Fate.FAILS_WHEN_CUT_OFF);
    ByteBuffer xbzrle =
        new StreamBuilder().multifdStart(RAM).part().raw(0, 0, 0, 0, 0, 0, 0, 0x40).bytes();
    qemu.sends(xbzrle, channel(0).sync().bytes(), channel(1).sync().bytes());
    assertThat(failure())
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("turn the capability xbzrle off");
  }

  @Test
  void whereTheBytesEndQemuSaysWhyAndThePlaceIsKept() throws Exception {
    qemu.fate(FakeQemu.Fate.FAILS_HALF_WAY);
    qemu.sends(
        new StreamBuilder().multifdStart(RAM).part().page("m", 0, new byte[4096]).bytes(),
        channel(0).sync().bytes(),
        channel(1).sync().bytes());
    Throwable failure = failure();
    assertThat(failure).hasMessageContaining("No space left on device");
    assertThat(failure.getSuppressed()).hasOnlyElementsOfType(IOException.class).hasSize(1);
  }

  private static ChannelBuilder channel(int number) throws IOException {
    return new ChannelBuilder(number);
  }

  private Throwable failure() throws Exception {
    DriveOptions options =
        DriveOptions.DEFAULTS
            .withMode(DriveMode.LIVE)
            .withSocketParent(dir)
            .withMultifd(new MultifdOptions(2, MultifdCompression.NONE));
    try (DrivenSource source =
        new DrivenSource(
            QmpClient.connect(qemu.qmp.socket()), options, StreamReading.WHOLE, HoldStore.NONE)) {
      return catchThrowable(() -> source.capture(new RecordedGuest()));
    }
  }
}
