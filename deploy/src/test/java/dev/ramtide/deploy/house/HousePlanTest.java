package dev.ramtide.deploy.house;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The repository keeps the rules. That each rule can be broken is shown by {@link SourceRulesTest}
 * and below.
 */
class HousePlanTest {
  private static final HousePlan PLAN = HousePlan.actual();
  private static List<SourceFile> sources = List.of();
  private static final JavaClasses CLASSES = BytecodeRules.ourClasses();

  @BeforeAll
  static void read() throws IOException {
    sources = SourceTree.readAll();
  }

  @Test
  void everyModuleIsRead() {
    assertThat(sources.stream().map(file -> file.path().split("/")[0]).distinct())
        .contains("schemas", "producer", "sink", "deploy");
    assertThat(sources.stream().filter(SourceFile::isTest)).hasSizeGreaterThan(5);
    assertThat(CLASSES.size()).isGreaterThan(50);
  }

  @Test
  void sourcesImportOnlyWhatThePlanAllows() {
    assertThat(findings(file -> SourceRules.arrows(file, PLAN))).isEmpty();
  }

  @Test
  void classesUseOnlyWhatThePlanAllows() {
    assertThat(BytecodeRules.arrows(CLASSES, PLAN)).isEmpty();
  }

  @Test
  void roomsDoNotImportEachOther() {
    slices().matching(HousePlan.ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void importsAreNamed() {
    assertThat(findings(SourceRules::wildcards)).isEmpty();
  }

  @Test
  void filesAndMethodsAreShort() {
    assertThat(findings(SourceRules::sizes)).isEmpty();
  }

  @Test
  void namesSaySomething() {
    assertThat(findings(SourceRules::words)).isEmpty();
  }

  @Test
  void typesAreWrittenOut() {
    assertThat(findings(SourceRules::vars)).isEmpty();
  }

  @Test
  void nullCrossesNoMethod() {
    assertThat(SourceRules.nullMarks(sources)).isEmpty();
  }

  private static List<String> findings(Function<SourceFile, List<String>> rule) {
    return sources.stream().map(rule).flatMap(List::stream).toList();
  }
}
