package dev.ramtide.deploy.registry;

import dev.ramtide.mappedram.MappedRamFileBuilder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The memory of a guest as a mapped-ram file, and what readers must make of it. */
final class PatternedGuest {
  static final int PAGES = 3000;

  private PatternedGuest() {}

  static byte[] file() {
    return MappedRamFileBuilder.patterned(PAGES);
  }

  /** Of the bytes of its one block. */
  static String sha256() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] page = new byte[4096];
    for (int index = 0; index < PAGES; index++) {
      Arrays.fill(page, MappedRamFileBuilder.patternedByte(index));
      digest.update(page);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
