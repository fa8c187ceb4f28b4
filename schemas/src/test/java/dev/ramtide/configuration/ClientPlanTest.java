package dev.ramtide.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ClientPlanTest {
  private static final ClientPlan PAGES = new ClientPlan("producer", "pages", ClientPlanTest::made);
  private static final Origin FILE = new Origin(Origin.Kind.FILE, "r.properties:1");

  private static Properties made(Properties client) {
    Properties made = ClientSettings.only(client, "producer");
    made.putIfAbsent("linger.ms", "3");
    made.setProperty("enable.idempotence", "true");
    made.setProperty("client.id", made.getProperty("client.id", "x") + "-pages");
    return made;
  }

  private static ClientSettings set(String key, String value) {
    return new ClientSettings(List.of(new Setting(key, value, FILE)));
  }

  @Test
  void ourDefaultsAndWhatIsPinnedAreToldApart() {
    assertThat(PAGES.ours(ClientSettings.NONE))
        .containsExactly(
            new Effective("producer.enable.idempotence", "true", Origin.PINNED),
            new Effective("producer.linger.ms", "3", Origin.RAMTIDE));
  }

  @Test
  void whatTheUserSetIsHisUnlessItIsPinned() {
    for (String key : new String[] {"linger.ms", "producer.linger.ms"}) {
      assertThat(PAGES.ours(set(key, "9")))
          .extracting(Effective::key)
          .containsExactly("producer.enable.idempotence");
    }
    assertThat(PAGES.ours(set("enable.idempotence", "false")))
        .contains(
            new Effective(
                "producer.enable.idempotence",
                "true",
                new Origin(Origin.Kind.PINNED, "pinned by Ramtide (not r.properties:1)")));
  }

  /** One that another client takes counts. */
  @Test
  void whatNoClientTakesIsOverridden() {
    ClientPlan open =
        new ClientPlan("producer", "open", client -> ClientSettings.only(client, "producer"));
    ClientSettings settings = set("enable.idempotence", "false");
    assertThat(ClientPlan.overridden(List.of(PAGES), settings))
        .extracting(Setting::key)
        .containsExactly("enable.idempotence");
    assertThat(ClientPlan.overridden(List.of(PAGES, open), settings)).isEmpty();
    assertThat(ClientPlan.overridden(List.of(PAGES), set("enable.idempotence", "true"))).isEmpty();
    assertThat(ClientPlan.overridden(List.of(PAGES), set("linger.ms", "9"))).isEmpty();
  }

  @Test
  void whatNobodySetsIsKafkas() {
    assertThat(PAGES.kafkas(set("acks", "1")))
        .contains(
            new Effective("producer.max.in.flight.requests.per.connection", "5", Origin.KAFKA))
        .contains(new Effective("producer.ssl.key.password", "", Origin.KAFKA))
        .extracting(Effective::key)
        .doesNotContain("producer.acks", "producer.linger.ms", "producer.enable.idempotence");
  }

  @Test
  void aRowThatNotAllClientsOfTheKindHaveSaysWhoseItIs() {
    ClientPlan other = new ClientPlan("producer", "checkpoints", ClientPlanTest::made);
    ClientPlan admin = new ClientPlan("admin", "admin", ClientPlanTest::made);
    ClientRows rows = new ClientRows();
    Effective both = new Effective("producer.acks", "all", Origin.RAMTIDE);
    Effective one = new Effective("producer.linger.ms", "3", Origin.RAMTIDE);
    rows.add(PAGES, List.of(both, one));
    rows.add(other, List.of(both));
    rows.add(admin, List.of());
    assertThat(rows.rows()).containsExactly(both, one.noted("pages"));
  }
}
