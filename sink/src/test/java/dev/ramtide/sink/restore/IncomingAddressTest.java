package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IncomingAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"unix:/run/in", "tcp:host:4444", "tcp:127.0.0.1:1", "tcp:[::1]:65535"})
  void qemusOwnWordsAreUnderstood(String uri) {
    assertThat(IncomingAddress.parse(uri)).hasToString(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unix:", "tcp:", "tcp:host", "tcp::1", "tcp:h:65536", "fd:3", "/run"})
  void anythingElseIsRefusedWithAnExample(String uri) {
    assertThatThrownBy(() -> IncomingAddress.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + uri + "' is neither unix:PATH nor tcp:HOST:PORT, such as");
  }

  @Test
  void whereNobodyWaitsTheWordForQemuIsNamed() {
    assertThatThrownBy(() -> new IncomingAddress.Unix(Path.of("/nowhere/in")).connect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("-incoming unix:/nowhere/in");
    assertThatThrownBy(() -> new IncomingAddress.Tcp("no-such-host.invalid", 1).connect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no such host");
  }
}
