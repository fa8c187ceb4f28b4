package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.QemuGuest;
import java.util.List;
import java.util.Map;

/** A QEMU whose owner has migration settings of his own, and how they must stay. */
final class OwnersQemu {
  private final QemuGuest guest;
  private final Map<String, Object> capabilities;
  private final Map<String, Object> parameters;

  private OwnersQemu(
      QemuGuest guest, Map<String, Object> capabilities, Map<String, Object> parameters) {
    this.guest = guest;
    this.capabilities = capabilities;
    this.parameters = parameters;
  }

  /** Gives a guest settings that are no defaults. */
  static OwnersQemu of(QemuGuest guest) throws Exception {
    guest.execute(
        "migrate-set-parameters", Map.of("max-bandwidth", 12_345_678, "downtime-limit", 77));
    guest.execute(
        "migrate-set-capabilities",
        Map.of("capabilities", List.of(Map.of("capability", "auto-converge", "state", true))));
    return new OwnersQemu(guest, capabilities(guest), parameters(guest));
  }

  boolean isUntouched() throws Exception {
    return guest.status().running()
        && capabilities.equals(capabilities(guest))
        && parameters.equals(parameters(guest));
  }

  void requireUntouched() throws Exception {
    assertThat(guest.status().name()).isEqualTo("running");
    assertThat(capabilities(guest)).isEqualTo(capabilities);
    assertThat(parameters(guest)).isEqualTo(parameters);
  }

  private static Map<String, Object> capabilities(QemuGuest guest) throws Exception {
    return guest.execute("query-migrate-capabilities", Map.of()).fields();
  }

  private static Map<String, Object> parameters(QemuGuest guest) throws Exception {
    return guest.execute("query-migrate-parameters", Map.of()).fields();
  }
}
