package dev.ramtide.checkpoint;

import java.util.regex.Pattern;

/**
 * The name of a VM. It becomes part of topic and directory names, so nothing but {@code
 * [a-z0-9][a-z0-9-]{0,62}} is let in: no dot (topics would collide), no slash (directories would
 * escape).
 */
public record VmId(String name) {
  private static final Pattern LEGAL = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  public VmId {
    if (!LEGAL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' cannot name a VM: use 1 to 63 of a-z, 0-9 and '-', not beginning with '-'");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
