package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/**
 * The commands of {@link SecurityPage}, run as they stand there by Kafka's own tools. Only where
 * the broker is, where files are, and a user's name and password are put in.
 */
final class Grants {
  private final SecurityPage page = SecurityPage.read();
  private final Path directory;
  private final String servers;

  /**
   * @param directory of the administrator, with his {@code admin.properties}
   * @param servers where he reaches the broker
   */
  Grants(Path directory, String servers) throws IOException {
    this.directory = directory;
    this.servers = servers;
  }

  /** Makes a user with a password. */
  void makeUser(String user, String password) throws IOException {
    assertThat(page.makeUser()).noneMatch(word -> word.contains("password"));
    Path file = directory.resolve(user + ".scram");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, page.password().replace(SecurityPage.SECRET, password));
    run(page.makeUser().stream().map(word -> word.replace(SecurityPage.USER, user)).toList());
    Files.delete(file);
  }

  /** Grants what the page says. */
  void add(String role) {
    lines(role).forEach(this::add);
  }

  /** As {@link #add(String)} for another VM than the page's. */
  void add(String role, String vm) {
    of(role, vm).forEach(this::add);
  }

  /** All rights of a role, one by one. */
  List<AclLine> of(String role) {
    return lines(role).stream().flatMap(line -> line.oneByOne().stream()).toList();
  }

  /** As {@link #of(String)} for another VM than the page's. */
  List<AclLine> of(String role, String vm) {
    return of(role).stream().map(line -> line.forVm(vm)).toList();
  }

  private List<AclLine> lines(String role) {
    return Objects.requireNonNull(page.grants().get(role), role);
  }

  void add(AclLine line) {
    run(line.words());
  }

  void remove(AclLine line) {
    run(line.reversed());
  }

  private void run(List<String> words) {
    KafkaTool.run(words.stream().map(this::here).toList());
  }

  private String here(String word) {
    if (word.equals(SecurityPage.SERVERS)) {
      return servers;
    }
    boolean isFile = word.endsWith(".properties") || word.endsWith(".scram");
    return isFile ? directory.resolve(word).toString() : word;
  }
}
