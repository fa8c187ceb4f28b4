package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class ConsumerSettingsTest {
  private static Properties of(Properties users) {
    return new ConsumerSettings(users).properties("sink-member-1", new Properties());
  }

  @Test
  void aClientIsNamedAfterItsPurpose() {
    assertThat(of(new Properties())).containsEntry("client.id", "ramtide-sink-member-1");
  }

  @Test
  void whatTheUserSetsWinsButNotOverWhatTheProtocolNeeds() {
    Properties users = new Properties();
    users.setProperty("client.id", "mine");
    users.setProperty("auto.offset.reset", "latest");
    assertThat(of(users))
        .containsEntry("client.id", "mine-sink-member-1")
        .containsEntry("auto.offset.reset", "none");
  }
}
