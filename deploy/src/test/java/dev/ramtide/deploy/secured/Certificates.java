package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An authority and what it signs, made by the JDK's keytool for one run: nothing of it is worth
 * keeping.
 */
final class Certificates {
  static final String PASSWORD = "of-the-stores-7f2a";

  private static final String AUTHORITY = "authority";

  private final Path directory;
  private final Path all;

  private Certificates(Path directory) {
    this.directory = directory;
    this.all = directory.resolve("all.p12");
  }

  static Certificates make(Path directory) throws Exception {
    Certificates made = new Certificates(Files.createDirectories(directory));
    made.keytool(AUTHORITY, "-ext", "bc:c");
    return made;
  }

  /** A certificate with a key, in a file of its own. */
  Path signed(String name, String... extensions) throws Exception {
    List<String> more = new ArrayList<>(List.of("-signer", AUTHORITY));
    more.addAll(List.of(extensions));
    keytool(name, more.toArray(String[]::new));
    KeyStore from = load();
    char[] password = PASSWORD.toCharArray();
    KeyStore own = empty();
    own.setKeyEntry(name, from.getKey(name, password), password, from.getCertificateChain(name));
    return save(own, name + ".p12");
  }

  /** What broker and clients trust, as brokers like it. */
  Path trusted() throws Exception {
    KeyStore trusted = empty();
    trusted.setCertificateEntry(AUTHORITY, authority());
    return save(trusted, "trusted.p12");
  }

  /** The same as a file that people can read. */
  Path pem() throws Exception {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.UTF_8))
            .encodeToString(authority().getEncoded());
    return Files.writeString(
        directory.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n");
  }

  private Certificate authority() throws Exception {
    return load().getCertificate(AUTHORITY);
  }

  private KeyStore load() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(all)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static KeyStore empty() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private Path save(KeyStore store, String name) throws Exception {
    Path file = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return file;
  }

  private void keytool(String alias, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + alias));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", all.toString()));
    command.addAll(List.of("-storepass", PASSWORD));
    command.addAll(List.of(more));
    Path said = directory.resolve("keytool-" + alias + ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("keytool").isTrue();
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
  }
}
