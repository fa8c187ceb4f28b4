package dev.ramtide.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
  @ParameterizedTest
  @CsvSource({
    "500ms,PT0.5S",
    "10s,PT10S",
    "5m,PT5M",
    "2h,PT2H",
    "7d,P7D",
    "0s,PT0S",
    "1d12h,PT36H",
    "1m30s500ms,PT90.5S",
    "5m3ms,PT300.003S"
  })
  void aDurationIsANumberAndAUnit(String text, Duration duration) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "-1s", "1.5s", "10 s", "1w", "9999999999s", "10S", "5s1m", "1d1d"})
  void anythingElseIsNoDuration(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("500ms");
  }

  @Test
  void aDurationCanBeCountedInNanoseconds() {
    assertThat(new DurationConverter().convert("36500d").toNanos()).isPositive();
    assertThatThrownBy(() -> new DurationConverter().convert("999999d"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'999999d' is too long: at most 36500d");
  }

  @Test
  void aVmNameIsRead() {
    assertThat(new VmIdConverter().convert("web-1")).isEqualTo(new VmId("web-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "", "A", "a.b", "-a", "a/b"})
  void aNameThatWouldEscapeOrCollideIsAUsageError(String name) {
    assertThatThrownBy(() -> new VmIdConverter().convert(name))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + name + "' cannot name a VM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ramtide.web.pages:3:1234", "a_b.c-d.web.checkpoints:0:0"})
  void aRecordIsNamedAsMessagesNameIt(String text) {
    assertThat(new RecordPlaceConverter().convert(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ramtide.web.pages",
        "ramtide.web.pages:3",
        "ramtide.web.pages:3:",
        ":3:4",
        "ramtide.web.pages:-1:4",
        "ramtide.web.pages:3:-4",
        "ramtide.web.pages:3:4:5",
        "ramtide.web.pages:3:0x4",
        "ramtide.web.pages:3:4-9",
        "ramtide.web.pages:9999999999:4",
        "ramtide.web.pages:3:99999999999999999999",
        "ramtide web:3:4"
      })
  void anythingElseNamesNoRecord(String text) {
    assertThatThrownBy(() -> new RecordPlaceConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("TOPIC:PARTITION:OFFSET");
  }

  @Test
  void severalRecordsAreNamedEachByItsOwnOption() {
    SkipOptions skip = new SkipOptions();
    new CommandLine(new Verb(skip)).parseArgs("--skip-record", "a:0:1", "--skip-record", "b:2:3");
    assertThat(skip.records().places())
        .containsExactlyInAnyOrder(new RecordPlace("a", 0, 1), new RecordPlace("b", 2, 3));
    assertThat(new SkipOptions().records()).isEqualTo(SkippedRecords.NONE);
  }

  @Command
  private static final class Verb {
    @Mixin private final SkipOptions skip;

    Verb(SkipOptions skip) {
      this.skip = skip;
    }
  }
}
