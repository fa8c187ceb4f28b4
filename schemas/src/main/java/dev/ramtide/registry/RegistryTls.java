package dev.ramtide.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom a registry's certificate must be signed by, and our own certificate, when it wants one.
 *
 * <p>The names after {@code schema.registry.} are Kafka's. Kafka's own {@code ssl.} properties are
 * not taken: broker and registry may have different certificates.
 *
 * @param truststore empty for what the JVM trusts
 * @param keystore empty for none
 */
record RegistryTls(Optional<Store> truststore, Optional<Store> keystore) {
  static final String TRUSTSTORE = "schema.registry.ssl.truststore";
  static final String KEYSTORE = "schema.registry.ssl.keystore";

  private static final String KEY_PASSWORD = "schema.registry.ssl.key.password";

  /** A file with keys or certificates. */
  record Store(String property, Path file, String type, char[] password, char[] keyPassword) {
    private KeyStore load() throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        KeyStore store = KeyStore.getInstance(type);
        store.load(in, password.length == 0 ? null : password);
        return store;
      } catch (IOException | GeneralSecurityException e) {
        throw new RegistryException(
            property
                + ".location="
                + file
                + " cannot be read as "
                + type
                + ": "
                + e.getMessage()
                + ". Check the file, "
                + property
                + ".type and "
                + property
                + ".password",
            e);
      }
    }

    @Override
    public String toString() {
      return property + " " + file;
    }
  }

  static RegistryTls of(Properties client) {
    return new RegistryTls(store(client, TRUSTSTORE), store(client, KEYSTORE));
  }

  private static Optional<Store> store(Properties client, String property) {
    String password = RegistryProperties.find(client, property + ".password").orElse("");
    String keyPassword = RegistryProperties.find(client, KEY_PASSWORD).orElse(password);
    String type = RegistryProperties.find(client, property + ".type").orElse("JKS");
    return RegistryProperties.find(client, property + ".location")
        .map(
            file ->
                new Store(
                    property,
                    Path.of(file),
                    type,
                    password.toCharArray(),
                    keyPassword.toCharArray()));
  }

  /**
   * What connections are made with; empty for the JVM's own.
   *
   * @throws RegistryException a store cannot be read
   */
  Optional<SSLContext> context() throws IOException {
    if (truststore.isEmpty() && keystore.isEmpty()) {
      return Optional.empty();
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trustManagers(), null);
      return Optional.of(context);
    } catch (GeneralSecurityException e) {
      throw new RegistryException(
          "the stores " + truststore + " " + keystore + " cannot be used: " + e.getMessage(), e);
    }
  }

  private KeyManager @Nullable [] keyManagers() throws IOException, GeneralSecurityException {
    if (keystore.isEmpty()) {
      return null;
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keystore.get().load(), keystore.get().keyPassword());
    return factory.getKeyManagers();
  }

  private TrustManager @Nullable [] trustManagers() throws IOException, GeneralSecurityException {
    if (truststore.isEmpty()) {
      return null;
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(truststore.get().load());
    return factory.getTrustManagers();
  }
}
