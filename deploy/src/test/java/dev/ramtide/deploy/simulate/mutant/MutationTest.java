package dev.ramtide.deploy.simulate.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.simulate.mutant.Mutant.Fault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A proof that cannot fail proves nothing: each fault here, in the code under test, makes the
 * simulation say that a promise is broken, within so many seeds.
 */
final class MutationTest {
  /** Every other seed has a guest that is read through its host, and fewer other events. */
  private static final long FIRST_SEED_BY_STREAM = 1;

  private static final long FIRST_SEED_BY_HOST = 2;
  private static final int STEP = 2;
  private static final int SEEDS_AT_A_TIME = 4;

  @ParameterizedTest
  @EnumSource
  void isCaught(Mutation tried) throws Exception {
    Mutant mutant = new Mutant(tried.fault());
    assertThat(mutant.loadClass(tried.fault().fullName())).isNotNull();
    assertThat(mutant.edited()).as("places edited").isEqualTo(tried.fault().places());
    Method failureOf = failureOf(mutant);
    Map<Long, String> failures = new TreeMap<>();
    long first = tried.isOfHost() ? FIRST_SEED_BY_HOST : FIRST_SEED_BY_STREAM;
    for (int seeds = 0; failures.isEmpty() && seeds < tried.seeds(); seeds += SEEDS_AT_A_TIME) {
      failures = failures(failureOf, first + (long) STEP * seeds);
    }
    System.out.println(tried + ": " + failures);
    assertThat(failures).as("within %d seeds", tried.seeds()).isNotEmpty();
    assertThat(failures.values())
        .allSatisfy(said -> assertThat(said).containsAnyOf(tried.says().toArray(String[]::new)));
  }

  @Test
  void withoutAFaultNothingIsSaid() throws Exception {
    Fault none = new Fault("sink.apply.PageApplier", "isNewer", method -> 0);
    assertThat(failures(failureOf(new Mutant(none)), FIRST_SEED_BY_STREAM)).isEmpty();
  }

  private static Method failureOf(Mutant mutant) throws ReflectiveOperationException {
    Method method =
        mutant
            .loadClass("dev.ramtide.deploy.simulate.Histories")
            .getDeclaredMethod("failureOf", long.class);
    method.setAccessible(true);
    return method;
  }

  private static Map<Long, String> failures(Method failureOf, long first) {
    Map<Long, String> failures = new ConcurrentSkipListMap<>();
    LongStream.iterate(first, seed -> seed + STEP)
        .limit(SEEDS_AT_A_TIME)
        .parallel()
        .forEach(
            seed -> {
              String said = call(failureOf, seed);
              if (!said.isEmpty()) {
                failures.put(seed, said);
              }
            });
    return failures;
  }

  private static String call(Method failureOf, long seed) {
    try {
      return (String) failureOf.invoke(null, seed);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
