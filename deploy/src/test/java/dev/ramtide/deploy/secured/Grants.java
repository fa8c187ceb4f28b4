package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;

/**
 * The commands that {@code deploy/SECURITY.md} gives to an administrator, carried out as they stand
 * there: the page is what is tested.
 */
final class Grants implements AutoCloseable {
  private static final Path PAGE = Path.of("SECURITY.md");

  private final Map<String, List<AclLine>> lines = new TreeMap<>();
  private final Admin admin;

  /**
   * @param administrator his client's properties
   */
  Grants(Properties administrator) throws IOException {
    String role = "";
    for (String line : Files.readAllLines(PAGE)) {
      if (line.matches("# [a-z]+")) {
        role = line.substring(2);
      } else if (line.startsWith(AclLine.COMMAND)) {
        lines.computeIfAbsent(role, key -> new ArrayList<>()).add(AclLine.parse(line));
      }
    }
    assertThat(lines).containsOnlyKeys("agent", "sink", "restorer", "pruner", "deleter");
    admin = Admin.create(administrator);
  }

  /** Grants what the page says. */
  void add(String role) throws Exception {
    for (AclLine line : lines.get(role)) {
      add(line);
    }
  }

  /** All rights of a role, one by one. */
  List<AclLine> of(String role) {
    return lines.get(role).stream().flatMap(line -> line.oneByOne().stream()).toList();
  }

  void add(AclLine line) throws Exception {
    admin.createAcls(line.bindings()).all().get();
  }

  void remove(AclLine line) throws Exception {
    admin
        .deleteAcls(line.bindings().stream().map(binding -> binding.toFilter()).toList())
        .all()
        .get();
  }

  @Override
  public void close() {
    admin.close();
  }
}
