package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code deploy/SECURITY.md} tells an operator to write and to run, as it stands there.
 *
 * @param properties the files of properties, in the order of the page
 * @param makeUser the line that makes a user with a password
 * @param grants the lines of each role
 */
record SecurityPage(
    List<String> properties, List<String> makeUser, Map<String, List<AclLine>> grants) {
  /** Who and what the page speaks of, for which a test puts in its own. */
  static final String USER = "agent-web-1";

  static final String VM = "web-1";
  static final String SECRET = "SECRET";
  static final String SERVERS = "kafka:9093";
  static final String AUTHORITY = "/etc/ramtide/ca.pem";
  static final String KEY_STORE = "/etc/ramtide/sink.p12";

  static SecurityPage read() throws IOException {
    List<String> properties = new ArrayList<>();
    List<List<String>> makeUser = new ArrayList<>();
    Map<String, List<AclLine>> grants = new TreeMap<>();
    String role = "";
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("SECURITY.md"))) {
      if (line.startsWith("```")) {
        inside = line.equals("```properties");
        if (inside) {
          properties.add("");
        }
      } else if (inside) {
        properties.add(properties.remove(properties.size() - 1) + line + "\n");
      } else if (line.matches("# [a-z]+")) {
        role = line.substring(2);
      } else if (line.startsWith(AclLine.COMMAND)) {
        grants.computeIfAbsent(role, key -> new ArrayList<>()).add(AclLine.parse(line));
      } else if (line.startsWith("kafka-configs.sh ")) {
        makeUser.add(List.of(line.split(" ", -1)));
      }
    }
    assertThat(grants).containsOnlyKeys("agent", "sink", "restorer", "pruner", "deleter");
    assertThat(properties).hasSize(3);
    assertThat(makeUser).hasSize(1);
    return new SecurityPage(properties, makeUser.get(0), grants);
  }

  /** {@code --command-config} of a user with a password. */
  String scram() {
    return properties.get(0);
  }

  /** {@code --command-config} of a user with a certificate. */
  String certificate() {
    return properties.get(1);
  }

  /** The file that an administrator gives a password by. */
  String password() {
    return properties.get(2);
  }
}
