package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.embedded.SecuredBroker;
import dev.ramtide.deploy.embedded.SecuredBroker.Door;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.mappedram.MappedRamFileBuilder;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A secured broker, its administrator, users with passwords or certificates, and the real command
 * that is told who it is by {@code --command-config}.
 */
final class SecuredBed implements AutoCloseable {
  /** A VM that was left out is looked at again after up to 80 seconds. */
  static final Duration SOON = Duration.ofMinutes(3);

  /** Of every user that has a password. */
  static final String PASSWORD = "of-the-users-9c1e";

  private static final String ADMIN = "admin";

  private final Path directory;
  private final SecuredBroker broker;
  private final Certificates certificates;
  private final List<RamtideProcess> started = new ArrayList<>();

  private SecuredBed(Path directory, SecuredBroker broker, Certificates certificates) {
    this.directory = directory;
    this.broker = broker;
    this.certificates = certificates;
  }

  static SecuredBed start(Path directory) throws Exception {
    Certificates certificates = Certificates.make(directory.resolve("certificates"));
    Path own = certificates.signed("broker", "-ext", "san=ip:127.0.0.1");
    Path elsewhere = certificates.signed("elsewhere", "-ext", "san=dns:elsewhere.example");
    SecuredBroker.Stores stores =
        new SecuredBroker.Stores(own, elsewhere, certificates.trusted(), Certificates.PASSWORD);
    SecuredBroker broker = SecuredBroker.start(directory.resolve("kafka"), stores);
    SecuredBed bed = new SecuredBed(directory, broker, certificates);
    bed.withCertificate(ADMIN);
    return bed;
  }

  String servers(Door door) {
    return broker.bootstrapServers(door);
  }

  Path images(String site) {
    return directory.resolve(site);
  }

  Grants grants() throws IOException {
    return new Grants(directory, servers(Door.MTLS));
  }

  Path config(String user) {
    return directory.resolve(user + ".properties");
  }

  /** The properties of a client that is this user. */
  Properties properties(String user, Door door) throws IOException {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(config(user))) {
      properties.load(in);
    }
    properties.setProperty("bootstrap.servers", servers(door));
    return properties;
  }

  /** Makes a user with a password, as the page tells an administrator to. */
  void withPassword(String user) throws Exception {
    grants().makeUser(user, PASSWORD);
    String config = SecurityPage.read().scram().replace(SecurityPage.USER, user);
    write(config, user, PASSWORD);
  }

  /** Makes a user with a certificate. */
  void withCertificate(String user) throws Exception {
    Path own = certificates.signed(user);
    String config = SecurityPage.read().certificate();
    write(config.replace(SecurityPage.KEY_STORE, own.toString()), user, Certificates.PASSWORD);
  }

  /** As the page says: a file that is its user's own. */
  private void write(String config, String user, String password) throws Exception {
    Files.deleteIfExists(config(user));
    Files.createFile(
        config(user),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        config(user),
        config
            .replace(SecurityPage.AUTHORITY, certificates.pem().toString())
            .replace(SecurityPage.SECRET, password));
  }

  static String scram(String user, String password) {
    return """
        security.protocol=SASL_SSL
        sasl.mechanism=SCRAM-SHA-512
        sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
        username="%s" password="%s";
        """
        .formatted(user, password);
  }

  static String trust(Path pem) {
    return "ssl.truststore.type=PEM\nssl.truststore.location=" + pem + "\n";
  }

  Path pem() throws Exception {
    return certificates.pem();
  }

  /** A verb as a user. */
  RamtideProcess start(String user, Door door, String... args) throws IOException {
    return start(config(user), door, args);
  }

  RamtideProcess start(Path config, Door door, String... args) throws IOException {
    String[] whoAndWhere = {
      "--bootstrap-server", servers(door), "--command-config", config.toString()
    };
    RamtideProcess process =
        RamtideProcess.start(
            directory,
            Stream.concat(Stream.of(args), Stream.of(whoAndWhere)).toArray(String[]::new));
    started.add(process);
    return process;
  }

  /** A verb that must succeed; returns what it printed. */
  String run(String user, Door door, String... args) throws Exception {
    RamtideProcess process = start(user, door, args);
    assertThat(process.awaitExit(SOON)).as(process.stderr()).isZero();
    return process.stdout();
  }

  /** A verb that must end with an error; returns what it said. */
  String fail(String user, Door door, String... args) throws Exception {
    return fail(config(user), door, args);
  }

  String fail(Path config, Door door, String... args) throws Exception {
    RamtideProcess process = start(config, door, args);
    assertThat(process.awaitExit(SOON)).as(process.stdout()).isNotZero();
    assertThat(process.stderr()).as("no stack trace for the operator").doesNotContain("\tat ");
    return process.stderr();
  }

  /** Publishes a small guest's memory, with the machine off. */
  String[] agent(String vm) throws IOException {
    Path guest = directory.resolve("guest.img");
    if (Files.notExists(guest)) {
      Files.write(guest, MappedRamFileBuilder.smallFiles().get(0));
    }
    return new String[] {"agent", "--vm", vm, "--image", guest.toString(), "--partitions", "2"};
  }

  /** Whatever was printed by any verb so far has no password in it. */
  void assertNobodyToldASecret() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> said = files.filter(path -> path.toString().matches(".*\\.std(out|err)")).toList();
      assertThat(said).isNotEmpty();
      for (Path path : said) {
        assertThat(Files.readString(path)).doesNotContain(PASSWORD, Certificates.PASSWORD);
      }
    }
  }

  @Override
  public void close() {
    started.forEach(RamtideProcess::close);
    broker.close();
  }
}
