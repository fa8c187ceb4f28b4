package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.seal.ImageComposer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class InspectCommandTest {
  private static final GuestMemoryMap MEMORY =
      new GuestMemoryMap(SmallGuest.PAGE, List.of(new RamBlock("pc\u001b[2J.ram", 8 * 4096)));

  @TempDir private Path directory;

  @Test
  void theNameOfARamBlockCannotCommandTheTerminal() throws IOException {
    StringWriter out = new StringWriter();
    int exit =
        new CommandLine(new InspectCommand())
            .setOut(new PrintWriter(out))
            .execute(file().toString());
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("machine pc-q35-10.0")
        .contains("pc\\u001b[2J.ram")
        .doesNotContain("\u001b");
  }

  private Path file() throws IOException {
    Path path = directory.resolve("foreign.img");
    StreamPreamble preamble = StreamPreamble.parse(SmallGuest.epoch(1).preamble());
    try (ChannelFile file = ChannelFile.open(path)) {
      new ImageComposer(file, new MappedRamLayout(preamble, MEMORY))
          .compose(List.of(new PageBitmap(8)), ByteBuffer.allocate(9));
    }
    return path;
  }
}
