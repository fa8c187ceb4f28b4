package dev.ramtide.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** An answer's body in memory, which is refused when it does not end. */
public final class LimitedBody implements BodySubscriber<byte[]> {
  private final BodySubscriber<byte[]> body = BodySubscribers.ofByteArray();
  private final long mostBytes;
  private long bytesLeft;
  private @Nullable Subscription source;

  /** There was more than the limit. */
  public static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException(long mostBytes) {
      super("an answer of more than " + mostBytes + " bytes");
    }
  }

  /**
   * @param mostBytes more is refused with {@link TooLargeException}
   */
  public LimitedBody(long mostBytes) {
    this.mostBytes = mostBytes;
    bytesLeft = mostBytes;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body.getBody();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    source = subscription;
    body.onSubscribe(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    if (bytesLeft < 0) {
      return; // What was under way when it was refused.
    }
    bytesLeft -= pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    if (bytesLeft >= 0) {
      body.onNext(pieces);
      return;
    }
    if (source != null) {
      source.cancel();
    }
    body.onError(new TooLargeException(mostBytes));
  }

  @Override
  public void onError(Throwable why) {
    if (bytesLeft >= 0) {
      body.onError(why);
    }
  }

  @Override
  public void onComplete() {
    if (bytesLeft >= 0) {
      body.onComplete();
    }
  }
}
