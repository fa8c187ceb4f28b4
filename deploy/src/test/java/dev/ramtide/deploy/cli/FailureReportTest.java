package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FailureReportTest {
  @Test
  void theMessageOfAnIoExceptionIsPrintedAsItIs() {
    assertThat(FailureReport.message(new IOException("the disk is full")))
        .isEqualTo("the disk is full");
  }

  @Test
  void wrappersAreTakenOff() {
    Exception wrapped =
        new ExecutionException(new UncheckedIOException(new IOException("the disk is full")));

    assertThat(FailureReport.message(wrapped)).isEqualTo("the disk is full");
  }

  @Test
  void aBarePathIsExplained() {
    assertThat(FailureReport.message(new NoSuchFileException("a")))
        .isEqualTo("a: there is no such file or directory");
    assertThat(FailureReport.message(new AccessDeniedException("a")))
        .isEqualTo("a: permission denied");
    assertThat(FailureReport.message(new FileAlreadyExistsException("a")))
        .isEqualTo("a: exists already");
  }

  @Test
  void kafkaTellsOfTheWorldByUncheckedExceptions() {
    assertThat(FailureReport.message(new KafkaException("not today"))).isEqualTo("not today");
    assertThat(FailureReport.message(new TopicAuthorizationException(Set.of("t"))))
        .contains("lacks the right Read on topic t", "--operation Read --topic t");
  }

  @Test
  void whatAMessageQuotesCannotCommandTheTerminal() {
    assertThat(printed(new IOException("labels are 'a\u001b[2Jb'\nramtide: done")))
        .isEqualToNormalizingNewlines("ramtide: labels are 'a\\u001b[2Jb'\n  ramtide: done\n");
  }

  private static String printed(Exception failure) {
    StringWriter err = new StringWriter();
    CommandLine verb = Ramtide.commandLine().setErr(new PrintWriter(err));
    assertThat(new FailureReport(LogFormat.TEXT).failure(failure, verb, false)).isEqualTo(1);
    return err.toString();
  }

  @Test
  void aMistakeOfOursIsCalledABug() {
    assertThat(FailureReport.message(new IllegalStateException("three")))
        .contains("IllegalStateException: three")
        .contains("bug")
        .contains("--debug");
    assertThat(FailureReport.message(new IOException())).contains("java.io.IOException");
  }
}
