package dev.ramtide.deploy.encryption;

import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyService;
import java.io.IOException;
import java.util.Properties;

/** A key service of somebody else's, with a property of its own. */
public final class OfficeKeys implements KeyService {
  static final String WHERE = "office.keys";

  private final KeyFile file = new KeyFile();

  @Override
  public void configure(Properties properties) throws IOException {
    Properties own = new Properties();
    own.setProperty(KeyFile.FILE, properties.getProperty(WHERE, ""));
    file.configure(own);
  }

  @Override
  public String currentKeyId() throws IOException {
    return "office/" + file.currentKeyId();
  }

  @Override
  public byte[] wrap(String keyId, byte[] dataKey, byte[] context) throws IOException {
    return file.wrap(keyId.replace("office/", ""), dataKey, context);
  }

  @Override
  public byte[] unwrap(String keyId, byte[] wrapped, byte[] context) throws IOException {
    return file.unwrap(keyId.replace("office/", ""), wrapped, context);
  }
}
