package dev.ramtide.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Expected values are those of the reference implementation: xxhash 0.8.1, by python3-xxhash 3.2.0.
 */
class PageHasherTest {
  private final PageHasher hasher = new PageHasher();

  @Test
  void theLibraryIsXxh3() {
    assertThat(xxh3("abc".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("06b05ab6733a618578af5f94892f3950");
    // One length for each of the algorithm's branches.
    Map<Integer, String> reference =
        Map.of(
            0, "99aa06d3014798d86001c324468d497f",
            1, "80a904279c75ba2add02fbe6d2c66464",
            9, "25deb0da8aceee4aff1d3f5402187629",
            32, "0e1f399a7e254a701513dd87ffb60e59",
            128, "2f17304ea1440df0f5cc37a390561ab9",
            200, "d311b670349beea7e602122d5be1f93d",
            240, "99b12b0c59f7330a9985bb4d1ea7e769",
            241, "b4bc36375184477feca90b96c25fa598",
            4096, "d38ebf34e1433db61300221011b15eab");
    reference.forEach(
        (length, hash) -> assertThat(xxh3(sample(length))).as("%d bytes", length).isEqualTo(hash));
  }

  @Test
  void thePlaceIsMixedInAsDocumented() {
    assertThat(hash(0, 0, sample(4096))).isEqualTo("25f5aa65c196a2961e5bfbc99c540208");
    assertThat(hash(3, 0x1_2345_6789L, sample(4096))).isEqualTo("5ec6a1025b3a85e30e777d8e58e90f5f");
    assertThat(hash(1, 2, sample(16384))).isEqualTo("d7c263f737bc2c096c0a0250f3740e50");
  }

  @Test
  void aSingleBitMakesAPageNonZero() {
    byte[] page = new byte[4096];
    assertThat(hash(7, 9, page)).isEqualTo(PageDigest.ZERO.toString());
    page[0] = 1;
    assertThat(hash(0, 0, page)).isEqualTo("f698b8f5fed78bc6ec1ab98a8b074808");
  }

  @Test
  void aPageIsReadWhereItLies() {
    byte[] buffer = new byte[3 * 4096 + 5];
    System.arraycopy(sample(4096), 0, buffer, 4097, 4096);
    hasher.hash(0, 0, buffer, 4097, 4096);
    assertThat(new PageDigest(hasher.high(), hasher.low()))
        .hasToString("25f5aa65c196a2961e5bfbc99c540208");
  }

  private String hash(int block, long pageIndex, byte[] page) {
    hasher.hash(block, pageIndex, page, 0, page.length);
    return new PageDigest(hasher.high(), hasher.low()).toString();
  }

  private static String xxh3(byte[] bytes) {
    return new PageDigest(
            Hashing.xxh3_128().hashBytesTo128Bits(bytes).getMostSignificantBits(),
            Hashing.xxh3_128().hashBytesTo128Bits(bytes).getLeastSignificantBits())
        .toString();
  }

  /**
   * The bytes that the reference values were computed over: the high bytes of a linear congruential
   * generator.
   */
  private static byte[] sample(int length) {
    byte[] bytes = new byte[length];
    int state = 0x9E3779B1;
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (state >>> 24);
      state = state * 1103515245 + 12345;
    }
    return bytes;
  }
}
