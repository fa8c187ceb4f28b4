package dev.ramtide.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  @TempDir private Path directory;

  @Test
  void eachSettingKnowsItsLine() throws IOException {
    Path file = directory.resolve("r.properties");
    Files.writeString(
        file,
        """
        # a comment with a backslash at its end \\
        vm=web-1

        sasl.jaas.config=one \\
            two\\
        \tthree
        interval : 10s
        path=C:\\\\
        last\\ key  ä""");

    assertThat(SettingsFile.read(file, "--config").settings())
        .containsExactly(
            new Setting("vm", "web-1", Origin.line(file, 2)),
            new Setting("sasl.jaas.config", "one twothree", Origin.line(file, 4)),
            new Setting("interval", "10s", Origin.line(file, 7)),
            new Setting("path", "C:\\", Origin.line(file, 8)),
            new Setting("last key", "ä", Origin.line(file, 9)));
  }

  @Test
  void aSettingThatIsPrintedDoesNotTellItsValue() {
    assertThat(new Setting("ssl.key.password", "hunter2", Origin.DEFAULT).toString())
        .doesNotContain("hunter2");
  }
}
