package dev.ramtide.encryption;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A key service that answers within a time, or has failed: a guest may stand while its agent waits
 * for an answer, and other VMs while a reader does.
 */
public final class PatientKeyService implements KeyService {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KeyService service;
  private final Duration patience;

  public PatientKeyService(KeyService service) {
    this(service, PATIENCE);
  }

  PatientKeyService(KeyService service, Duration patience) {
    this.service = service;
    this.patience = patience;
  }

  private interface Call<T> {
    T ask() throws IOException;
  }

  @Override
  public void configure(Properties properties) throws IOException {
    service.configure(properties);
  }

  @Override
  public String currentKeyId() throws IOException {
    return within("currentKeyId", service::currentKeyId);
  }

  @Override
  public byte[] wrap(String keyId, byte[] dataKey, byte[] context) throws IOException {
    return within("wrap", () -> service.wrap(keyId, dataKey, context));
  }

  @Override
  public byte[] unwrap(String keyId, byte[] wrapped, byte[] context) throws IOException {
    return within("unwrap", () -> service.unwrap(keyId, wrapped, context));
  }

  private <T> T within(String what, Call<T> call) throws IOException {
    FutureTask<T> answer = new FutureTask<>(call::ask);
    Thread thread = new Thread(answer, "key-service");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(
          "the key service did not answer "
              + what
              + " within "
              + patience.toSeconds()
              + " s. Is it up, and may this host reach it?",
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException("the key service failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the key service was asked");
    }
  }
}
