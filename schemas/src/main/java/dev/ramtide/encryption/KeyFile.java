package dev.ramtide.encryption;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.AEADBadTagException;

/**
 * Key-encryption keys in a file of properties, which {@code ramtide keys} makes:
 *
 * <pre>
 *   current=2026-11
 *   key.2026-11=Base64 of 32 bytes
 *   key.2026-05=…                       still needed for what was written in May
 * </pre>
 *
 * <p>Read whenever a key is needed, so a new one is there without a restart. A wrapped key is
 * {@code nonce:12 ciphertext:32 tag:16}. Thread-safe.
 */
public final class KeyFile implements KeyService {
  /** The property that names the file. */
  public static final String FILE = "encryption.key.file";

  static final String CURRENT = "current";
  static final String KEY = "key.";
  private static final int NONCE_BYTES = 12;
  private static final int WRAPPED_BYTES = NONCE_BYTES + DATA_KEY_BYTES + DataKey.TAG_BYTES;

  private final SecureRandom random = new SecureRandom();
  private Path file = Path.of("");

  @Override
  public void configure(Properties properties) throws IOException {
    String name = properties.getProperty(FILE);
    if (name == null) {
      throw new IOException("no " + FILE + " is given");
    }
    file = Path.of(name);
    keyOf(currentKeyId()); // Said now, and not when the first checkpoint is due.
  }

  @Override
  public String currentKeyId() throws IOException {
    String current = read().getProperty(CURRENT);
    if (current == null || current.isBlank()) {
      throw new IOException(
          file + " does not say which key is to be used: it needs a line " + CURRENT + "=ID");
    }
    return current.strip();
  }

  /** Of all keys that are in the file. */
  public Set<String> keyIds() throws IOException {
    return ids(read());
  }

  @Override
  public byte[] wrap(String keyId, byte[] dataKey, byte[] context) throws IOException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    ByteBuffer encrypted =
        keyOf(keyId).encrypt(nonce, context, ByteBuffer.wrap(dataKey), new Scratch());
    return ByteBuffer.allocate(WRAPPED_BYTES).put(nonce).put(encrypted).array();
  }

  @Override
  public byte[] unwrap(String keyId, byte[] wrapped, byte[] context) throws IOException {
    if (wrapped.length != WRAPPED_BYTES) {
      throw new NotAuthenticException(
          "a wrapped key of " + wrapped.length + " bytes: a key file's has " + WRAPPED_BYTES);
    }
    ByteBuffer rest = ByteBuffer.wrap(wrapped);
    byte[] nonce = new byte[NONCE_BYTES];
    rest.get(nonce);
    try {
      ByteBuffer plain = keyOf(keyId).decrypt(nonce, context, rest, new Scratch());
      byte[] key = new byte[plain.remaining()];
      plain.get(key);
      return key;
    } catch (AEADBadTagException e) {
      throw new NotAuthenticException(
          "the epoch's key does not unwrap with key '"
              + keyId
              + "' of "
              + file
              + ": the start of the epoch was changed or written by somebody else, or the file has another key under"
              + " this id than the agent's");
    }
  }

  private DataKey keyOf(String keyId) throws IOException {
    Properties keys = read();
    String encoded = keys.getProperty(KEY + keyId);
    if (encoded == null) {
      throw new MissingKeyException(
          "key '"
              + keyId
              + "' is not in "
              + file
              + ", which has "
              + ids(keys)
              + ": copy the line "
              + KEY
              + keyId
              + "=… from the file with which it was written");
    }
    try {
      return new DataKey(Base64.getDecoder().decode(encoded.strip()));
    } catch (IllegalArgumentException e) { // Its message may quote the key.
      throw new IOException(
          file + ": key '" + keyId + "' is not 32 bytes in Base64. ramtide keys makes such keys");
    }
  }

  private static Set<String> ids(Properties keys) {
    Set<String> ids = new TreeSet<>();
    for (String name : keys.stringPropertyNames()) {
      if (name.startsWith(KEY)) {
        ids.add(name.substring(KEY.length()));
      }
    }
    return ids;
  }

  private Properties read() throws IOException {
    requirePrivate(file);
    Properties keys = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      keys.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " cannot be read as a properties file");
    } catch (IOException e) {
      throw new IOException(
          "the key file "
              + file
              + " cannot be read ("
              + e
              + "). A new one is made by: ramtide keys "
              + file
              + " --new ID",
          e);
    }
    return keys;
  }

  /** A key that everybody may read is none. A group may: that is how secrets are mounted. */
  private static void requirePrivate(Path file) throws IOException {
    if (!Files.isReadable(file)
        || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)
        || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
      throw new IOException(
          "the key file "
              + file
              + " is open to others: chmod 600 "
              + file
              + ", and think of new keys. Where Kubernetes mounts it, defaultMode: 0400 of the secret's volume does;"
              + " with an fsGroup for a user who is not root");
    }
  }
}
