package dynamodb

import (
	"clientflow/infra/local/iam"
)

type transactGetItem struct{ Get *get }

type transactGetItemsRequest struct {
	TransactItems          []transactGetItem
	ReturnConsumedCapacity string
}

type transactGetItemsAnswer struct {
	Responses        []getItemAnswer
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// transactGetItems reads items as they are at one moment.
func (db *DB) transactGetItems(caller iam.Principal, in transactGetItemsRequest) (transactGetItemsAnswer, error) {
	if err := checkTransactionLength(len(in.TransactItems)); err != nil {
		return transactGetItemsAnswer{}, err
	}
	if err := checkReturnConsumedCapacity(in.ReturnConsumedCapacity); err != nil {
		return transactGetItemsAnswer{}, err
	}
	var answer transactGetItemsAnswer
	consumed := capacities{}
	seen := map[place]bool{}
	for _, item := range in.TransactItems {
		if err := checkPresent("transactItems.member.get", item.Get != nil); err != nil {
			return transactGetItemsAnswer{}, err
		}
		found, err := db.read(caller, *item.Get, "TransactGetItems")
		if err != nil {
			return transactGetItemsAnswer{}, err
		}
		if seen[found.place] {
			return transactGetItemsAnswer{}, sameItemTwice()
		}
		seen[found.place] = true
		// A transaction reads twice: to prepare, and to commit.
		consumed.of(item.Get.TableName).add(readCapacity(found.item), 2)
		answer.Responses = append(answer.Responses, getItemAnswer{Item: found.returned()})
	}
	for name, c := range consumed {
		db.tables[name].read(*c)
	}
	answer.ConsumedCapacity = consumed.report(in.ReturnConsumedCapacity)
	return answer, nil
}
