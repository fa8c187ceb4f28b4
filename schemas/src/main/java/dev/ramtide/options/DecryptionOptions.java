package dev.ramtide.options;

import dev.ramtide.encryption.ReaderKeys;
import java.io.IOException;
import java.util.Properties;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** With what the log is decrypted: the options of every verb that reads what agents wrote. */
public final class DecryptionOptions {
  @Mixin private EncryptionOptions encryption = new EncryptionOptions();

  @Option(
      names = "--allow-unencrypted",
      description =
          "With keys: believe a log that began in the clear, up to the first epoch that is encrypted.")
  private boolean allowUnencrypted;

  /**
   * @param client the properties of {@code --command-config}, of which a key service may need some
   * @throws IOException the keys cannot be used; the message says what to do
   */
  public ReaderKeys keys(Properties client) throws IOException {
    return encryption.readerKeys(client, allowUnencrypted);
  }

  /** The options with which another verb reads the same log, to be copied into a shell. */
  public String spelled() {
    return allowUnencrypted ? encryption.spelled() + " --allow-unencrypted" : encryption.spelled();
  }
}
