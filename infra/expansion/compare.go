package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// compare returns the differences between two JSON values, with the path of each.
func compare(path string, aws, local any) []string {
	a, aIs := aws.(map[string]any)
	l, lIs := local.(map[string]any)
	if aIs && lIs {
		return compareObjects(path, a, l)
	}
	first, firstIs := aws.([]any)
	second, secondIs := local.([]any)
	if firstIs && secondIs && len(first) == len(second) {
		var differences []string
		for i := range first {
			differences = append(differences, compare(fmt.Sprintf("%s[%d]", path, i), first[i], second[i])...)
		}
		return differences
	}
	if reflect.DeepEqual(aws, local) {
		return nil
	}
	return []string{fmt.Sprintf("%s\n  AWS:   %s\n  local: %s", path, text(aws), text(local))}
}

func compareObjects(path string, aws, local map[string]any) []string {
	names := map[string]bool{}
	for name := range aws {
		names[name] = true
	}
	for name := range local {
		names[name] = true
	}
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := path + "/" + name
		a, there := aws[name]
		l, here := local[name]
		switch {
		case !here:
			differences = append(differences, fmt.Sprintf("%s\n  AWS:   %s\n  local: nothing", at, text(a)))
		case !there:
			differences = append(differences, fmt.Sprintf("%s\n  AWS:   nothing\n  local: %s", at, text(l)))
		default:
			differences = append(differences, compare(at, a, l)...)
		}
	}
	return differences
}

func text(value any) string {
	document, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(document)
}
