package dev.ramtide.encryption;

import java.io.IOException;
import java.util.Properties;

/**
 * Wraps and unwraps data keys: a {@linkplain KeyFile file of keys}, or a key management service
 * behind a class of your own ({@code --key-service CLASS}, with a public constructor without
 * arguments).
 *
 * <p>Asked once for each epoch and each keyframe, never for a page: but a guest may stand
 * meanwhile, so what takes longer than ten seconds has failed. Thread-safe.
 */
public interface KeyService {
  /** A data key is so long: AES-256. */
  int DATA_KEY_BYTES = 32;

  /**
   * Called once, before anything else.
   *
   * @param properties what {@code --command-config} says, and {@code encryption.key.file}
   * @throws IOException it cannot work with these; the message says what to change
   */
  void configure(Properties properties) throws IOException;

  /** Which key new data keys are wrapped with. */
  String currentKeyId() throws IOException;

  /**
   * @param keyId that of {@link #currentKeyId}
   * @param dataKey {@link #DATA_KEY_BYTES}; still the caller's
   * @param context what the wrapped key is bound to: without the same bytes it must not come back
   * @return at most {@link dev.ramtide.checkpoint.WrappedKey#MAX_BYTES}
   */
  byte[] wrap(String keyId, byte[] dataKey, byte[] context) throws IOException;

  /**
   * @throws MissingKeyException there is no key with this id
   * @throws NotAuthenticException these bytes were not wrapped by this key for this context
   * @throws IOException the service cannot be asked; another try may succeed
   */
  byte[] unwrap(String keyId, byte[] wrapped, byte[] context) throws IOException;
}
