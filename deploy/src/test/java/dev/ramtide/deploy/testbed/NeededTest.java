package dev.ramtide.deploy.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

final class NeededTest {
  private static final boolean EVERYTHING_IS_TESTED = "true".equals(System.getenv("CI"));

  @Test
  void aProgramThatIsInstalledIsFound() {
    assertThat(Needed.program("bash")).isExecutable();
  }

  @Test
  void withoutItTheTestIsSkippedByNameAndWhereEverythingIsTestedItFails() {
    assertThatThrownBy(() -> Needed.program("no-such-program"))
        .isInstanceOf(EVERYTHING_IS_TESTED ? AssertionError.class : TestAbortedException.class)
        .hasMessageContaining("no-such-program")
        .hasMessageContaining("deploy/setup test");
  }
}
