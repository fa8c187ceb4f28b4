package dev.ramtide.deploy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ramtide.fuzz.FragileFuzz;
import dev.ramtide.fuzz.FuzzPromises;
import dev.ramtide.fuzz.FuzzTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No bytes of others break a decoder. A quarter of a minute for all of them by default; one of them
 * for long: {@code deploy/fuzz StreamFuzz --seconds 600}.
 */
class FuzzIT {
  private static final String ONLY = System.getProperty("fuzz.target", "");
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 15);
  private static final int SEED = Integer.getInteger("fuzz.seed", 1);

  @TempDir private Path directory;

  static Stream<FuzzTarget> targets() {
    return EveryFuzz.TARGETS.stream()
        .filter(target -> ONLY.isEmpty() || ONLY.equals(target.getClass().getSimpleName()));
  }

  @Test
  void whateverTheBytesTheDecodersKeepTheirPromises() throws Exception {
    assumeThatJazzerRunsHere();
    FuzzTarget target = ONLY.isEmpty() ? new EveryFuzz() : targets().findFirst().orElseThrow();
    FuzzRun run =
        FuzzRun.of(
            target,
            directory,
            Duration.ofSeconds(SECONDS),
            SEED,
            line -> {
              if (!ONLY.isEmpty()) {
                System.out.println(line);
              }
            });
    System.out.printf(
        "%s: %d inputs, coverage %d, -Dfuzz.seed=%d%n",
        target.getClass().getSimpleName(), run.inputs(), run.coverage(), SEED);
    assertThat(run.finding()).isEmpty();
    assertThat(run.inputs()).isGreaterThan(target.seeds().size());
    assertThat(run.coverage()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void whatIsNextToAGoodInputIsTakenOrRefused(FuzzTarget target) throws Exception {
    int mostOfLarge = ONLY.isEmpty() ? 1500 : 50_000;
    assertThat(new FuzzPromises(target).checkNeighbours(mostOfLarge)).isPositive();
  }

  @Test
  void aBrokenPromiseIsFoundAndItsInputTold() throws Exception {
    assumeTrue(ONLY.isEmpty(), "one target is wanted");
    assumeThatJazzerRunsHere();
    FuzzRun run =
        FuzzRun.of(new FragileFuzz(), directory, Duration.ofSeconds(60), SEED, line -> {});
    assertThat(run.finding().orElseThrow())
        .contains("bytes of heap for an input of", "new FragileFuzz()", "parseHex(\"5254");
  }

  private static void assumeThatJazzerRunsHere() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "NOT RUN: Jazzer has native parts, and for Linux only those of x86-64");
  }
}
