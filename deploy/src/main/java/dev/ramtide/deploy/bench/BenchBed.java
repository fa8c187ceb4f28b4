package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.VerbGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What every comparison stands on.
 *
 * @param directory scratch space on the disk that is measured; removed at the end
 * @param sockets a directory with a short path
 * @param bootstrapServers of a broker of its own process, on the same disk
 * @param processes what is started here ends with the benchmark
 * @param quick whether smaller sizes will do: to see that it works, not to quote
 * @param runs of each measurement
 * @param progress gets a line about what is being done
 */
record BenchBed(
    Path directory,
    Path sockets,
    String bootstrapServers,
    VerbGroup processes,
    boolean quick,
    int runs,
    Consumer<String> progress) {
  /** Runs before those that count: until the compiler has seen all. */
  static final int WARM_UPS = 3;

  private static final AtomicInteger NAMES = new AtomicInteger();

  /** A new directory in the scratch space. */
  Path newDirectory(String name) throws IOException {
    return Files.createDirectory(directory.resolve(newName(name)));
  }

  /** A name that no other measurement of this process has; good for a VM. */
  String newName(String name) {
    return name + "-" + NAMES.incrementAndGet();
  }

  /** Where a socket may be made: its path has room for a hundred bytes. */
  Path newSocket() {
    return sockets.resolve(newName("s"));
  }

  /** As Kafka's clients take it. */
  Properties client() {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", bootstrapServers);
    return client;
  }

  long bytes(int mebibytes, int whenQuick) {
    return (long) (quick ? whenQuick : mebibytes) << 20;
  }
}
