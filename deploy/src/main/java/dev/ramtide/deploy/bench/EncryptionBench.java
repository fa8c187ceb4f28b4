package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyFileWriter;
import dev.ramtide.encryption.KeyService;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.state.PageWrites;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * What encryption costs: the same agent and the same sink, with keys and without, in turns and
 * warm. Publishing ends when the manifest counts, applying when the image is sealed.
 */
final class EncryptionBench implements Bench {
  private static final int MIB = 512;
  private static final int QUICK_MIB = 64;
  private static final String PEER = "ours in the clear";

  /** An agent and its sink. */
  private record Pipe(SyntheticVm vm, SinkProcess sink) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      sink.close();
      vm.close();
    }
  }

  /** MB/s of page bytes. */
  private record Run(double published, double applied) {}

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    Optional<KeyService> keys = Optional.of(keys(bed));
    compare(bed, keys, false, figures);
    compare(bed, keys, true, figures);
  }

  private static KeyService keys(BenchBed bed) throws IOException {
    Path file = bed.newDirectory("keys").resolve("keys");
    KeyFileWriter.add(file, "bench");
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, file.toString());
    KeyFile keys = new KeyFile();
    keys.configure(properties);
    return keys;
  }

  private static void compare(
      BenchBed bed, Optional<KeyService> keys, boolean compressed, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    Content content = compressed ? Content.HALF_COMPRESSIBLE : Content.INCOMPRESSIBLE;
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB, QUICK_MIB), content);
    List<Run> with = new ArrayList<>();
    List<Run> without = new ArrayList<>();
    try (Pipe clear = pipe(bed, guest, WriterKeys.NONE, ReaderKeys.NONE);
        Pipe encrypted =
            pipe(bed, guest, new WriterKeys(keys, compressed), new ReaderKeys(keys, false))) {
      for (int run = -BenchBed.WARM_UPS; run < bed.runs(); run++) {
        Run first = once(encrypted, guest);
        Run second = once(clear, guest);
        bed.progress().accept("encryption, MB/s: " + first + ", in the clear " + second);
        if (run >= 0) {
          with.add(first);
          without.add(second);
        }
      }
    }
    String what = compressed ? "AES-256-GCM, zstd before it" : "AES-256-GCM";
    figures.accept(
        figure(
            "publish, " + what,
            with.stream().map(Run::published).toList(),
            without.stream().map(Run::published).toList()));
    figures.accept(
        figure(
            "apply, " + what,
            with.stream().map(Run::applied).toList(),
            without.stream().map(Run::applied).toList()));
  }

  private static Pipe pipe(BenchBed bed, SyntheticGuest guest, WriterKeys writer, ReaderKeys reader)
      throws IOException {
    SyntheticVm vm = SyntheticVm.withKeys(bed, "encryption", guest, writer);
    ConsumerSettings settings = new ConsumerSettings(bed.client(), SkippedRecords.NONE, reader);
    SinkProcess sink = ApplyBench.sink(bed, vm.topics().vm(), settings, PageWrites.BUFFERED);
    sink.start();
    return new Pipe(vm, sink);
  }

  private static Run once(Pipe pipe, SyntheticGuest guest)
      throws IOException, InterruptedException {
    double megabytes = guest.dataBytes() / 1e6;
    SyntheticVm.Captured captured = pipe.vm().capture();
    long checkpoint = captured.manifest().checkpoint();
    double sealed = ApplyBench.awaitSealed(pipe.sink(), pipe.vm().topics().vm(), checkpoint);
    return new Run(megabytes / captured.seconds(), megabytes / sealed);
  }

  private static Figure figure(String what, List<Double> ours, List<Double> clear) {
    return new Figure(
        "encryption", what, "MB/s", new Samples(ours), PEER, new Samples(clear), Optional.empty());
  }
}
