package dev.ramtide.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZeroPageTest {
  @Test
  void onlyTheBytesOfThePageCount() {
    byte[] buffer = new byte[4098];
    buffer[0] = 1;
    buffer[4097] = 1;
    assertThat(ZeroPage.isZero(buffer, 1, 4096)).isTrue();
    assertThat(ZeroPage.isZero(buffer, 0, 4096)).isFalse();
    assertThat(ZeroPage.isZero(buffer, 2, 4096)).isFalse();
  }

  @Test
  void everyByteIsLookedAt() {
    byte[] page = new byte[1024];
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) 0x80;
      assertThat(ZeroPage.isZero(page, 0, page.length)).as("byte %d", i).isFalse();
      page[i] = 0;
    }
  }

  @Test
  void aPageMayBeLargerThanTheComparedPiece() {
    byte[] page = new byte[200_000];
    assertThat(ZeroPage.isZero(page, 0, page.length)).isTrue();
    Arrays.fill(page, 199_999, 200_000, (byte) 1);
    assertThat(ZeroPage.isZero(page, 0, page.length)).isFalse();
  }
}
