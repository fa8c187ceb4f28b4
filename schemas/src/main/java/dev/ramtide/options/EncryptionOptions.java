package dev.ramtide.options;

import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyService;
import dev.ramtide.encryption.PatientKeyService;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.refusal.ClientProperty;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * With what the log is encrypted: the options of every verb that needs a guest's bytes.
 *
 * <pre>{@code @Mixin private EncryptionOptions encryption = new EncryptionOptions();}</pre>
 */
public final class EncryptionOptions {
  @Option(
      names = "--encryption-keys",
      paramLabel = "FILE",
      description = "Keys for the guest's bytes in the log, as 'ramtide keys' makes them.")
  private @Nullable Path keyFile;

  @Option(
      names = "--key-service",
      paramLabel = "CLASS",
      description =
          "Instead of a file: a class that asks a key management service (dev.ramtide.encryption.KeyService).")
  private @Nullable String keyService;

  /**
   * @param client the properties of {@code --command-config}, of which a key service may need some
   * @param allowUnencrypted whether a log that began in the clear is believed up to where it is
   *     encrypted
   * @throws IOException the keys cannot be used; the message says what to do
   */
  public ReaderKeys readerKeys(Properties client, boolean allowUnencrypted) throws IOException {
    return new ReaderKeys(service(client), allowUnencrypted);
  }

  /**
   * @param compressed whether bytes are compressed before they are encrypted
   * @throws IOException as {@link #readerKeys}
   */
  public WriterKeys writerKeys(Properties client, boolean compressed) throws IOException {
    Optional<KeyService> service = service(client);
    if (compressed && service.isEmpty()) {
      throw new IOException(
          "--compress-encrypted needs keys: --encryption-keys FILE. Without encryption Kafka compresses: "
              + ClientProperty.settable("compression.type"));
    }
    return new WriterKeys(service, compressed);
  }

  /** The options that lead another verb to the same keys, to be copied into a shell; or nothing. */
  String spelled() {
    if (keyFile != null) {
      return "--encryption-keys " + BrokerOptions.quoted(keyFile);
    }
    return keyService == null ? "" : "--key-service " + BrokerOptions.quoted(keyService);
  }

  private Optional<KeyService> service(Properties client) throws IOException {
    if (keyFile != null && keyService != null) {
      throw new IOException("--encryption-keys and --key-service are two ways: give one");
    } else if (keyFile == null && keyService == null) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    properties.putAll(client);
    if (keyFile != null) {
      properties.setProperty(KeyFile.FILE, keyFile.toString());
    }
    // A file answers at once; of a service the guest may have to wait for the answer.
    KeyService service =
        keyService == null ? new KeyFile() : new PatientKeyService(made(keyService));
    service.configure(properties);
    return Optional.of(service);
  }

  private static KeyService made(String className) throws IOException {
    try {
      return Class.forName(className)
          .asSubclass(KeyService.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IOException(
          "--key-service "
              + className
              + " is no dev.ramtide.encryption.KeyService with a public constructor without arguments on the class path: "
              + e,
          e);
    }
  }
}
