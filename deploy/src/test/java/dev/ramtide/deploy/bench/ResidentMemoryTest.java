package dev.ramtide.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
  @Test
  void thePeakIsReadFromWhatTheKernelSays() throws IOException {
    assertThat(
            ResidentMemory.peakMib(
                List.of(
                    "Name:\tjava", "VmPeak:\t 9999999 kB", "VmHWM:\t  262144 kB", "VmRSS:\t 1 kB")))
        .isEqualTo(256);
  }

  @Test
  void aKernelThatSaysNothingIsNoProcessWithoutMemory() {
    assertThatThrownBy(() -> ResidentMemory.peakMib(List.of("Name:\tjava")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("VmHWM");
  }

  @Test
  void theLimitGrowsByThirtyTwoBytesAPage() {
    assertThat(ResidentMemory.limitMib(1 << 20) - ResidentMemory.limitMib(0)).isEqualTo(32);
  }
}
