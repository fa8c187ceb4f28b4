package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationSettingsTest {
  @TempDir private Path dir;

  /** Whoever follows a migration from a thread of his own may come late. */
  @Test
  void onceTheyArePutBackNothingIsSetAnyMore() throws Exception {
    Path socket = dir.resolve("qmp.sock");
    try (FakeQemu qemu = new FakeQemu(socket);
        QmpClient client = QmpClient.connect(socket)) {
      HoldLedger ledger = new HoldLedger(GuestHold.of("one", socket), HoldStore.NONE);
      MigrationSettings settings = MigrationSettings.of(new Qemu(client), ledger);
      settings.apply(Set.of());
      settings.setParameter("downtime-limit", 5);
      assertThat(qemu.parameters).containsEntry("downtime-limit", 5);
      settings.putBack();
      settings.setParameter("downtime-limit", 6);
      assertThat(qemu.parameters).containsEntry("downtime-limit", 300);
    }
  }
}
