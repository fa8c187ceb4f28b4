package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.encryption.KeyService;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.encryption.NotAuthenticException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** A key service that remembers what it was given, and hands out a number for it. */
final class SimKeyService implements KeyService {
  private static final String KEY_ID = "simulated";

  private final List<Wrapped> wrapped = new ArrayList<>();

  private record Wrapped(byte[] dataKey, byte[] context) {}

  @Override
  public void configure(Properties properties) {}

  @Override
  public String currentKeyId() {
    return KEY_ID;
  }

  @Override
  public synchronized byte[] wrap(String keyId, byte[] dataKey, byte[] context) {
    wrapped.add(new Wrapped(dataKey.clone(), context.clone()));
    return ByteBuffer.allocate(Integer.BYTES).putInt(wrapped.size() - 1).array();
  }

  @Override
  public synchronized byte[] unwrap(String keyId, byte[] number, byte[] context)
      throws MissingKeyException, NotAuthenticException {
    if (!keyId.equals(KEY_ID)) {
      throw new MissingKeyException("no key " + keyId);
    }
    Wrapped found = wrapped.get(ByteBuffer.wrap(number).getInt());
    if (!Arrays.equals(found.context(), context)) {
      throw new NotAuthenticException("wrapped for another context");
    }
    return found.dataKey().clone();
  }
}
