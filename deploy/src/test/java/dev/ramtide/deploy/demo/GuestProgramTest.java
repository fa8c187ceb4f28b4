package dev.ramtide.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GuestProgramTest {
  @Test
  void everyVariantFitsIntoABootSector() {
    for (GuestProgram program :
        new GuestProgram[] {
          GuestProgram.idle(512),
          GuestProgram.busy(64, 1000),
          GuestProgram.paced(64, 1000, 100).withPattern(7),
          GuestProgram.paced(64, 1000, 100).scattered(90),
          GuestProgram.onKey(1024)
        }) {
      byte[] sector = program.bootSector();
      assertThat(sector).hasSize(512).endsWith(0x55, 0xAA);
    }
  }

  @Test
  void aPaceIsKeptByBurstsOfATenthOfASecondOrLessOften() {
    assertThat(GuestProgram.paced(64, 1000, 100))
        .extracting(GuestProgram::burstPages, GuestProgram::sleepTicks)
        .containsExactly(10, 10);
    assertThat(GuestProgram.paced(64, 1000, 2))
        .extracting(GuestProgram::burstPages, GuestProgram::sleepTicks)
        .containsExactly(1, 50);
  }

  @Test
  void memoryThatTheProgramCannotReachIsRefused() {
    assertThatThrownBy(() -> GuestProgram.idle(3000)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GuestProgram(GuestProgram.idle(1).fill(), 4097, 1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GuestProgram.busy(1, 1).scattered(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aJumpThatIsTooFarIsRefused() {
    X86Code code = new X86Code(0).label("far");
    for (int count = 0; count < 40; count++) {
      code.dword(0);
    }
    code.jump("far");
    assertThatThrownBy(code::bootSector)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("far");
  }
}
