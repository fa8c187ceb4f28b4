package dev.ramtide.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VmIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "0",
        "web-1",
        "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxy"
      })
  void aPlainNameIsTaken(String name) {
    assertThat(new VmId(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-a",
        "A",
        "a.b",
        "../x",
        "a/b",
        "a b",
        "a\n",
        "ä",
        "a_b",
        "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz"
      })
  void anythingElseIsRefused(String name) {
    assertThatThrownBy(() -> new VmId(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot name a VM");
  }
}
