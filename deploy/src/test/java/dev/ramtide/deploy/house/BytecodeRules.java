package dev.ramtide.deploy.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The plan once more, as the compiled classes show it: inferred types and inherited methods need no
 * import.
 */
final class BytecodeRules {
  private BytecodeRules() {}

  static JavaClasses ourClasses() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages(HousePlan.ROOT);
  }

  static List<String> arrows(JavaClasses classes, HousePlan plan) {
    return classes.stream().flatMap(from -> arrows(from, plan)).distinct().sorted().toList();
  }

  private static Stream<String> arrows(JavaClass from, HousePlan plan) {
    Optional<String> room = HousePlan.roomOf(from.getPackageName());
    if (room.isEmpty() || !plan.rooms().containsKey(room.get())) {
      return Stream.of(from.getName() + ": is in no room of the plan");
    }
    return from.getDirectDependenciesFromSelf().stream()
        .map(Dependency::getTargetClass)
        .map(JavaClass::getBaseComponentType)
        .map(JavaClass::getName)
        .flatMap(name -> plan.objection(room.get(), name).stream())
        .map(objection -> from.getName() + ": " + objection);
  }
}
